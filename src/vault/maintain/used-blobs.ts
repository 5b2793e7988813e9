import type { Id } from '../repository.ts';
import type { TreeSource } from '../tree/load.ts';
import { loadTree } from '../tree/load.ts';
import { BlobCounts } from './blob-counts.ts';

/** Every blob that these trees need, each tree read once. Throws what loading throws: half an answer would be fatal. */
export async function usedBlobs(
  repository: TreeSource,
  trees: readonly Id[],
  signal: AbortSignal,
): Promise<BlobCounts> {
  const used = new BlobCounts();
  const waiting = [...trees];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    signal.throwIfAborted();
    if (!used.add('tree', id)) continue;
    for (const { subtree, content } of await loadTree(repository, id)) {
      if (subtree !== undefined) waiting.push(subtree);
      for (const blob of content ?? []) used.add('data', blob);
    }
  }
  return used;
}
