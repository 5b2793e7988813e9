import { lstatSync, type Stats } from 'node:fs';
import { bytesOf, fromBytePath, type BytePath } from '../../base/capture.ts';
import type { RestoreSourceRequest, SnapshotEntry, SourceCheck } from '../source.ts';

/** How many paths a check names; the rest is counted. */
const named = 5;

/** Looks at each restored entry on disk: is it there, of the same kind, and a file of the same size? */
export async function compareWithDisk(
  request: Pick<RestoreSourceRequest, 'entries' | 'signal'>,
  target: string,
  includes: (path: BytePath, isFolder: boolean) => boolean,
): Promise<SourceCheck> {
  const differing: string[] = [];
  let count = 0;
  let differingCount = 0;
  for await (const entry of request.entries()) {
    request.signal.throwIfAborted();
    if (!includes(entry.path, entry.type === 'dir')) continue;
    count += 1;
    if (isSame(entry, target)) continue;
    differingCount += 1;
    if (differing.length < named) differing.push(fromBytePath(entry.path));
  }
  return checkOf(count, differingCount, differing);
}

function isSame(entry: SnapshotEntry, target: string): boolean {
  const prefix = target === '/' ? '' : target;
  const facts = lstatSync(Buffer.concat([Buffer.from(prefix), bytesOf(entry.path)]), { throwIfNoEntry: false });
  if (facts === undefined || kindOf(facts) !== entry.type) return false;
  return entry.type !== 'file' || facts.size === entry.size;
}

function kindOf(facts: Stats): SnapshotEntry['type'] {
  if (facts.isFile()) return 'file';
  if (facts.isDirectory()) return 'dir';
  if (facts.isSymbolicLink()) return 'symlink';
  if (facts.isFIFO()) return 'fifo';
  if (facts.isSocket()) return 'socket';
  return facts.isCharacterDevice() ? 'chardev' : 'dev';
}

function checkOf(count: number, differing: number, names: readonly string[]): SourceCheck {
  const counted = `${count - differing} of ${count} entries are there, files with their sizes`;
  const list = differing === 0 ? '' : `; not: ${names.join(', ')}${differing > names.length ? ' …' : ''}`;
  return { name: 'entries', passed: differing === 0, detail: counted + list };
}
