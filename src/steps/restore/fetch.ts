import { fromBytePath, toBytePath, type BytePath } from '../../base/capture.ts';
import type { FetchRequest, FetchResult } from '../../sources/source.ts';
import type { RestoreResult } from '../../vault/vault.ts';
import type { StepContext } from '../handler.ts';
import type { StoredSnapshot } from '../stored-copy.ts';
import { isFaultOfCopy } from './copies.ts';

type Snapshot = Pick<StoredSnapshot, 'vault' | 'snapshot'>;
type Transfer = Pick<StepContext, 'signal' | 'onProgress'>;

/** Brings files of a stored snapshot to a folder, for a source that puts a backup back. */
export async function fetchFrom(from: Snapshot, request: FetchRequest, context: Transfer): Promise<FetchResult> {
  return resultOf(await bring(from, request, context));
}

/**
 * The same, and what turns out to be damaged is brought from the other copies, one after the other: together they may be
 * whole although none of them is. `onMended` gets how many entries came from which.
 */
export async function fetchFromCopies(
  first: Snapshot,
  request: FetchRequest,
  context: Transfer & {
    readonly others: () => AsyncIterable<StoredSnapshot>;
    readonly onMended: (storage: string, count: number) => void;
  },
): Promise<FetchResult> {
  let brought = await bring(first, request, context);
  if (damagedIn(brought).length === 0) return resultOf(brought);
  for await (const other of context.others()) {
    const damaged = damagedIn(brought);
    const again = await bringIfWhole(other, { ...request, include: within(damaged, request.include) }, context);
    if (again === undefined) continue;
    context.onMended(other.storage, damaged.length - damagedIn(again).length);
    brought = {
      files: brought.files + again.files,
      bytes: brought.bytes + again.bytes,
      faults: [...brought.faults.filter(({ kind }) => kind !== 'damaged'), ...again.faults],
    };
    if (damagedIn(brought).length === 0) break;
  }
  return resultOf(brought);
}

/** Undefined when that copy as a whole cannot be used either. */
async function bringIfWhole(
  from: Snapshot,
  request: FetchRequest,
  context: Transfer,
): Promise<RestoreResult | undefined> {
  try {
    return await bring(from, request, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (isFaultOfCopy(error)) return undefined;
    throw error;
  }
}

async function bring(
  { vault, snapshot }: Snapshot,
  { target, overwrite, include }: FetchRequest,
  { signal, onProgress }: Transfer,
): Promise<RestoreResult> {
  return await vault.restore({
    snapshot,
    target: toBytePath(target),
    overwrite,
    include: include && ((path, type) => include(path, type === 'dir')),
    signal,
    onProgress,
  });
}

function damagedIn({ faults }: RestoreResult): readonly BytePath[] {
  return faults.filter(({ kind }) => kind === 'damaged').map(({ path }) => path);
}

/** Of a folder whose list is lost, everything below is asked for. */
function within(paths: readonly BytePath[], include: FetchRequest['include']): FetchRequest['include'] {
  const wanted = new Set(paths);
  return (path, isFolder) => isAtOrBelow(wanted, path) && (include?.(path, isFolder) ?? true);
}

function isAtOrBelow(wanted: ReadonlySet<BytePath>, path: BytePath): boolean {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (wanted.has(at)) return true;
  return false;
}

function resultOf({ files, bytes, faults }: RestoreResult): FetchResult {
  const missing = faults.map(({ path, kind, detail }) => ({ path: fromBytePath(path), detail: `${kind}: ${detail}` }));
  return { files, bytes, missing };
}
