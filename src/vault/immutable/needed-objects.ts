import { codeOf } from '../../base/error.ts';
import { decodeIndex } from '../format/index-file.ts';
import { configName, objectName } from '../format/names.ts';
import type { IdentifiedObject, JsonObjects } from '../format/objects.ts';
import type { Id, Repository } from '../repository.ts';

/**
 * Names of all objects without which a snapshot can't be read: itself, its packs, index files that list them, the config and the
 * key slots. Of index files that list the same the newest are taken: what a prune has replaced is let go.
 */
export async function objectsFor(
  { objects, store }: Pick<Repository, 'objects' | 'store'>,
  snapshot: Id,
  packs: ReadonlySet<Id>,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { name } of objects.list('keys')) keys.push(name);
  const index = await indexFilesFor({ objects, store }, packs);
  return [
    configName,
    ...keys,
    objectName('snapshots', snapshot),
    ...index.map((id) => objectName('index', id)),
    ...[...packs].map((id) => objectName('data', id)),
  ];
}

async function indexFilesFor(
  { objects }: Pick<Repository, 'objects' | 'store'>,
  packs: ReadonlySet<Id>,
): Promise<readonly Id[]> {
  const files: IdentifiedObject[] = [];
  for await (const file of objects.list('index')) files.push(file);
  files.sort((a, b) => (b.modifiedAt ?? 0) - (a.modifiedAt ?? 0) || (a.id < b.id ? -1 : 1));
  const [missing, chosen]: [Set<Id>, Id[]] = [new Set(packs), []];
  for (const { id } of files) {
    if (missing.size === 0) break;
    const listed = (await readUnlessDamaged(objects, id)) ?? [];
    // Each is taken for what no newer one lists.
    if (listed.filter((pack) => missing.delete(pack.id)).length > 0) chosen.push(id);
  }
  return chosen;
}

/** Those who open or check the vault hear of damage. */
async function readUnlessDamaged(objects: JsonObjects, id: Id): Promise<ReturnType<typeof decodeIndex>> {
  try {
    return decodeIndex(await objects.readListed('index', id));
  } catch (error) {
    if (codeOf(error) !== 'index-damaged' && codeOf(error) !== 'object-missing') throw error;
    return undefined;
  }
}
