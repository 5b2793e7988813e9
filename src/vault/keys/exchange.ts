import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import { messageOf, MusterError } from '../../base/error.ts';

/** The part of koffi that is used; it is required, not imported, so that the load can fail softly. */
interface Koffi {
  load(library: null): { func(signature: string): (...values: unknown[]) => number };
  errno(): number;
}

const atCurrentFolder = -100;
const exchangeFlag = 2;

/**
 * Lets two paths change places in one step: at no moment is one of them missing. Throws `exchange-unsupported` where
 * the system or the file system can't do that.
 */
export function exchangePaths(a: string, b: string): void {
  if (process.platform !== 'linux') throw unsupported(`it is not known on ${process.platform}`);
  const { renameat2, koffi } = load();
  if (renameat2(atCurrentFolder, a, atCurrentFolder, b, exchangeFlag) === 0) return;
  throw unsupported(getSystemErrorName(-koffi.errno()));
}

function load() {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const signature = 'int renameat2(int from, const char *a, int to, const char *b, unsigned int flags)';
    return { koffi, renameat2: koffi.load(null).func(signature) };
  } catch (error) {
    throw unsupported(messageOf(error));
  }
}

function unsupported(detail: string): MusterError {
  return new MusterError(`two folders can't change places in one step here: ${detail}`, {
    code: 'exchange-unsupported',
    hint: 'Keep the vault in a folder below the mount point, on a local file system such as ext4, xfs, btrfs or tmpfs.',
  });
}
