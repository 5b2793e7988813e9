import { execFileSync } from 'node:child_process';

/**
 * For `describe.runIf`: true when the program can be started. Where everything is required, its absence is a failure;
 * elsewhere it is said loudly and the tests that need it are left out.
 */
export function requireProgram(name: string, versionArguments: readonly string[] = ['version']): boolean {
  try {
    execFileSync(name, versionArguments, { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (process.env['MUSTER_TEST_REQUIRE'] === 'all') throw new Error(`tests need ${name}`, { cause: error });
    console.warn(`\n*** SKIPPED: ${name} is not installed; tests that need it do not run ***\n`);
    return false;
  }
}
