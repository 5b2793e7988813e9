import { damage } from '../format/damage.ts';
import { decodeIndex } from '../format/index-file.ts';
import { objectName } from '../format/names.ts';
import type { JsonObjects } from '../format/objects.ts';
import { BlobIndex } from './blob-index.ts';

/** All index files as one. Throws `index-damaged`, which names the file. */
export async function readIndex(objects: JsonObjects): Promise<BlobIndex> {
  const index = new BlobIndex();
  for await (const { id } of objects.list('index')) {
    const packs = decodeIndex(await objects.read('index', id));
    if (!packs) throw damage('index-damaged', objectName('index', id), 'its content is not that of an index');
    for (const pack of packs) index.add(pack);
  }
  return index;
}
