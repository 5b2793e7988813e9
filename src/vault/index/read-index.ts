import { codeOf, MusterError } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { damage } from '../format/damage.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { decodeIndex } from '../format/index-file.ts';
import { idInName, objectName } from '../format/names.ts';
import type { JsonObjects } from '../format/objects.ts';
import type { Id } from '../repository.ts';
import { ahead } from '../worker/ahead.ts';
import { BlobIndex } from './blob-index.ts';

/** Gets index files that can't be read. */
export type OnDamagedIndex = (id: Id, error: unknown) => void;

/** Another program may remove index files while they are read; it puts new ones there first. */
const mostTries = 10;

/** All index files as one; `listed` are their ids, when they are known. Throws `index-damaged`, which names the file, unless `onDamaged` takes it. */
export async function readIndex(
  objects: JsonObjects,
  onDamaged?: OnDamagedIndex,
  listed?: Promise<readonly Id[]>,
): Promise<BlobIndex> {
  for (let tries = 1; ; tries += 1) {
    try {
      const index = new BlobIndex();
      const ids = tries === 1 && listed !== undefined ? await listed : await listIndex(objects.store);
      await addFiles({ objects, index, ids, onDamaged });
      return index;
    } catch (error) {
      if (codeOf(error) !== 'object-missing' || tries === mostTries) throw error;
    }
  }
}

/**
 * The index as it is in the store now: the same one where only files have come, with them; a new one where files have
 * gone. `undefined`: nothing has changed.
 */
export async function readChanges(
  objects: JsonObjects,
  index: BlobIndex,
  onDamaged?: OnDamagedIndex,
): Promise<BlobIndex | undefined> {
  const there = new Set(await listIndex(objects.store));
  if ([...index.files].some((id) => !there.has(id))) return await readIndex(objects, onDamaged);
  const added = [...there].filter((id) => !index.files.has(id));
  try {
    await addFiles({ objects, index, ids: added, onDamaged });
  } catch (error) {
    if (codeOf(error) !== 'object-missing') throw error;
    return await readIndex(objects, onDamaged);
  }
  return added.length === 0 ? undefined : index;
}

/** The ids of the index files that are there; needs no key. */
export async function listIndex(store: ObjectStore): Promise<readonly Id[]> {
  const ids: Id[] = [];
  for await (const { name } of store.list('index/')) {
    const id = idInName('index', name);
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

interface FilesToAdd {
  readonly objects: JsonObjects;
  readonly index: BlobIndex;
  readonly ids: readonly Id[];
  readonly onDamaged: OnDamagedIndex | undefined;
}

interface ReadFile {
  readonly id: Id;
  /** What is in it, or why it can't be read. */
  readonly content: Buffer | MusterError;
}

async function addFiles({ objects, index, ids, onDamaged }: FilesToAdd): Promise<void> {
  const load = (id: Id): Promise<ReadFile> => readFile(objects, id);
  for await (const file of ahead(ids, { load, atOnce: objects.store.facts.concurrency })) {
    const packs = file.content instanceof MusterError ? file.content : packsIn(file.id, file.content);
    if (!(packs instanceof MusterError)) for (const pack of packs) index.add(pack);
    else if (onDamaged === undefined) throw packs;
    else onDamaged(file.id, packs);
    index.files.add(file.id);
  }
}

async function readFile(objects: JsonObjects, id: Id): Promise<ReadFile> {
  try {
    return { id, content: await objects.readListed('index', id) };
  } catch (error) {
    if (!(error instanceof MusterError) || error.code !== 'index-damaged') throw error;
    return { id, content: error };
  }
}

function packsIn(id: Id, content: Buffer): readonly IndexedPack[] | MusterError {
  return (
    decodeIndex(content) ?? damage('index-damaged', objectName('index', id), 'its content is not that of an index')
  );
}
