import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line, `812 passed, 0 failed, 0 skipped`, and fails it for a skip where nothing may be. */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
    }
    const skipped = counts.skipped + counts.pending;
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${skipped} skipped`);
    if (skipped > 0 && process.env['MUSTER_TEST_REQUIRE'] === 'all') {
      console.error('Everything is required here: a skipped test is a failure.');
      process.exitCode = 1;
    }
  }
}
