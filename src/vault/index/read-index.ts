import { codeOf } from '../../base/error.ts';
import { damage } from '../format/damage.ts';
import { decodeIndex } from '../format/index-file.ts';
import { objectName } from '../format/names.ts';
import type { JsonObjects } from '../format/objects.ts';
import type { Id } from '../repository.ts';
import { BlobIndex } from './blob-index.ts';

/** Gets index files that can't be read. */
export type OnDamagedIndex = (id: Id, error: unknown) => void;

/** Another program may remove index files while they are read; it puts new ones there first. */
const mostTries = 10;

/** All index files as one. Throws `index-damaged`, which names the file, unless `onDamaged` takes it. */
export async function readIndex(objects: JsonObjects, onDamaged?: OnDamagedIndex): Promise<BlobIndex> {
  for (let tries = 1; ; tries += 1) {
    try {
      const index = new BlobIndex();
      for (const id of await indexFilesOf(objects)) await addFile({ objects, index, id, onDamaged });
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
  const there = new Set(await indexFilesOf(objects));
  if ([...index.files].some((id) => !there.has(id))) return await readIndex(objects, onDamaged);
  const added = [...there].filter((id) => !index.files.has(id));
  try {
    for (const id of added) await addFile({ objects, index, id, onDamaged });
  } catch (error) {
    if (codeOf(error) !== 'object-missing') throw error;
    return await readIndex(objects, onDamaged);
  }
  return added.length === 0 ? undefined : index;
}

async function indexFilesOf(objects: JsonObjects): Promise<readonly Id[]> {
  const ids: Id[] = [];
  for await (const { id } of objects.list('index')) ids.push(id);
  return ids;
}

interface FileToAdd {
  readonly objects: JsonObjects;
  readonly index: BlobIndex;
  readonly id: Id;
  readonly onDamaged: OnDamagedIndex | undefined;
}

async function addFile({ objects, index, id, onDamaged }: FileToAdd): Promise<void> {
  try {
    const packs = decodeIndex(await objects.read('index', id));
    if (!packs) throw damage('index-damaged', objectName('index', id), 'its content is not that of an index');
    for (const pack of packs) index.add(pack);
  } catch (error) {
    if (codeOf(error) !== 'index-damaged' || onDamaged === undefined) throw error;
    onDamaged(id, error);
  }
  index.files.add(id);
}
