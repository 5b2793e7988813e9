import { fromBytePath, toBytePath } from '../../base/capture.ts';
import type { FetchRequest, FetchResult } from '../../sources/source.ts';
import type { StepContext } from '../handler.ts';
import type { StoredSnapshot } from '../stored-copy.ts';

/** Brings files of a stored snapshot to a folder, for a source that puts a backup back. */
export async function fetchFrom(
  { vault, snapshot }: Pick<StoredSnapshot, 'vault' | 'snapshot'>,
  { target, overwrite, include }: FetchRequest,
  { signal, onProgress }: Pick<StepContext, 'signal' | 'onProgress'>,
): Promise<FetchResult> {
  const { files, bytes, faults } = await vault.restore({
    snapshot,
    target: toBytePath(target),
    overwrite,
    include: include && ((path, type) => include(path, type === 'dir')),
    signal,
    onProgress,
  });
  const missing = faults.map(({ path, kind, detail }) => ({ path: fromBytePath(path), detail: `${kind}: ${detail}` }));
  return { files, bytes, missing };
}
