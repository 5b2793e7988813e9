import { fromBytePath, toBytePath, type BytePath } from '../../base/capture.ts';
import type { FetchRequest, FetchResult } from '../../sources/source.ts';
import type { RestoreRequest, RestoreResult } from '../../vault/vault.ts';
import type { StepContext } from '../handler.ts';
import type { StoredSnapshot } from '../stored-copy.ts';

type Snapshot = Pick<StoredSnapshot, 'vault' | 'snapshot'>;
type Transfer = Pick<StepContext, 'signal' | 'onProgress'>;

/**
 * Brings files of a stored snapshot to a folder, for a source that puts a backup back. What this copy has lost, or can't
 * give any more, comes from the others; what is there already stays.
 */
export async function fetchFrom(
  { vault, snapshot }: Snapshot,
  { target, overwrite, include }: FetchRequest,
  { signal, onProgress, others }: Transfer & { readonly others?: RestoreRequest['others'] },
): Promise<FetchResult> {
  const restored = await vault.restore({
    snapshot,
    target: toBytePath(target),
    overwrite,
    thaw: 'wait',
    include: include && ((path, type) => include(path, type === 'dir')),
    others,
    signal,
    onProgress,
  });
  return resultOf(restored);
}

/** The content of one file of a stored snapshot, from the other copies where this one has lost something. */
export async function* readFrom(
  { vault, snapshot }: Snapshot,
  path: BytePath,
  others?: RestoreRequest['others'],
): AsyncGenerator<Uint8Array> {
  yield* (await vault.file(snapshot, path, others)).read();
}

function resultOf({ files, bytes, faults }: RestoreResult): FetchResult {
  const missing = faults.map(({ path, kind, detail }) => ({ path: fromBytePath(path), detail: `${kind}: ${detail}` }));
  return { files, bytes, missing };
}
