import type { Clock } from '../../base/clock.ts';
import type { ObjectArchive } from '../../storage/store.ts';
import { objectName } from '../format/names.ts';
import { joinPath } from '../open-folder.ts';
import type { Id, Repository } from '../repository.ts';
import { loadTree } from '../tree/load.ts';
import type { RestoreRequest, TransferProgress } from '../vault.ts';
import { allAhead } from '../worker/ahead.ts';

export interface ThawOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: RestoreRequest;
  readonly signal: AbortSignal;
}

/** Between two questions whether it is there, in milliseconds: an archive takes minutes to hours. */
const pause = 60_000;

/**
 * Asks for those packs back that a restore needs and that are in an archive, and waits until all can be read: first those
 * with folders, which say what else is needed. A store without an archive, or with nothing in it, costs no more than a listing.
 */
export async function thawPacks(options: ThawOptions, tree: Id): Promise<void> {
  const { repository } = options;
  const { archive } = repository.store;
  if (archive === undefined) return;
  const archived = await archivedPacks(repository);
  if (archived.size === 0) return;
  const folders = [...repository.packs()].filter(({ blobs }) => blobs.some(({ type }) => type === 'tree'));
  await thawAll(
    options,
    archive,
    folders.map(({ id }) => id).filter((id) => archived.has(id)),
  );
  const needed = await packsBelow(options, tree);
  await thawAll(
    options,
    archive,
    [...needed].filter((id) => archived.has(id)),
  );
}

async function archivedPacks({ objects }: Repository): Promise<ReadonlySet<Id>> {
  const archived = new Set<Id>();
  for await (const info of objects.list('data')) if (info.archived === true) archived.add(info.id);
  return archived;
}

async function thawAll(options: ThawOptions, archive: ObjectArchive, packs: readonly Id[]): Promise<void> {
  const { repository, clock, request, signal } = options;
  const load = async (id: Id): Promise<readonly Id[]> => {
    signal.throwIfAborted();
    return (await archive.thaw(objectName('data', id))) === 'ready' ? [] : [id];
  };
  for (let waiting = packs; waiting.length > 0;) {
    waiting = (await allAhead(waiting, { load, atOnce: repository.store.facts.concurrency })).flat();
    request.onProgress?.(progressOf(packs.length - waiting.length, packs.length));
    if (waiting.length > 0) await clock.sleep(pause, signal);
  }
}

function progressOf(ready: number, total: number): TransferProgress {
  return { files: 0, bytes: 0, filesTotal: undefined, bytesTotal: undefined, archive: { ready, total } };
}

/** Those with the content of the entries that are wanted. */
async function packsBelow({ repository, request, signal }: ThawOptions, tree: Id): Promise<ReadonlySet<Id>> {
  const packs = new Set<Id>();
  const waiting = [{ path: '/', tree }];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    signal.throwIfAborted();
    for (const { name, subtree, content, type } of await loadTree(repository, folder.tree)) {
      const path = joinPath(folder.path, name);
      if (subtree !== undefined) waiting.push({ path, tree: subtree });
      else if (request.include?.(path, type === 'other' ? 'file' : type) ?? true)
        for (const id of content ?? []) packs.add(repository.locate('data', id)?.pack ?? '');
    }
  }
  return packs;
}
