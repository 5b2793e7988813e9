import { codeOf } from '../../base/error.ts';
import { decodeIndex } from '../format/index-file.ts';
import { objectName } from '../format/names.ts';
import type { JsonObjects } from '../format/objects.ts';
import type { Id, IndexReport } from '../repository.ts';
import { damageOrThrow } from './access.ts';

/** Reads every index file again: whoever opens the vault next has only these, not what this process still knows. */
export async function readIndexFiles(objects: JsonObjects): Promise<IndexReport> {
  const [faults, blobs] = [[] as string[], new Map<Id, number>()];
  let files = 0;
  for await (const { id } of objects.list('index')) {
    files += 1;
    const fault = await addIndexFile(objects, id, blobs).catch(faultOrNothing);
    if (fault !== undefined) faults.push(fault);
  }
  return { files, faults, blobs };
}

async function addIndexFile(objects: JsonObjects, id: Id, blobs: Map<Id, number>): Promise<string | undefined> {
  const packs = decodeIndex(await objects.read('index', id));
  if (!packs) return `${objectName('index', id)} is no index`;
  for (const pack of packs) blobs.set(pack.id, (blobs.get(pack.id) ?? 0) + pack.blobs.length);
  return undefined;
}

/** One that is gone since it was listed was replaced by others; what only it listed is missed elsewhere. */
function faultOrNothing(error: unknown): string | undefined {
  return codeOf(error) === 'object-missing' ? undefined : damageOrThrow(error);
}
