import { execFileSync } from 'node:child_process';

/** True when file systems can be mounted; tests ask before they do. Skips loudly, or fails when everything is required. */
export function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (process.env['MUSTER_TEST_REQUIRE'] === 'all') throw new Error('tests need to mount', { cause: error });
    console.warn('\n*** SKIPPED: mounting is not possible here; tests that need it do not run ***\n');
    return false;
  }
}
