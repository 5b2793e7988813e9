import type { Clock } from '../../base/clock.ts';
import { codeOf } from '../../base/error.ts';
import { decodeIndex, type IndexedPack } from '../format/index-file.ts';
import type { JsonObjects } from '../format/objects.ts';
import { IndexWriter } from '../index/index-writer.ts';
import { saveHeld } from '../lock/save-held.ts';
import type { Id, RepositoryLock } from '../repository.ts';
import { allAhead } from '../worker/ahead.ts';

export interface IndexChange {
  readonly objects: JsonObjects;
  readonly clock: Clock;
  readonly lock: RepositoryLock;
  /** Packs that no index may list any more. */
  readonly gone: ReadonlySet<Id>;
  /** Durable packs that are to be listed. */
  readonly added: readonly IndexedPack[];
}

/** Index files with fewer packs than this are gathered into one when there are many of them. */
const fewPacks = 100;
const manyFiles = 20;

/**
 * Replaces the index files that list what is gone, or list again what another lists. New files are there before old
 * ones are removed, so that every pack that stays is listed at any moment. Returns the packs
 * that files still list which the store does not let go of (`object-locked`): these packs must stay.
 */
export async function supersedeIndex(change: IndexChange): Promise<ReadonlySet<Id>> {
  const { objects, clock, lock, gone, added } = change;
  const written = new Set<Id>();
  const writer = new IndexWriter(
    (bytes) => saveHeld({ objects, locks: [lock], kind: 'index', bytes }),
    clock,
    (id) => written.add(id),
  );
  const obsolete = await obsoleteFiles(objects, gone);
  const listed = new Set(obsolete.kept);
  for (const pack of added) writer.add(pack);
  for (const id of obsolete.files) {
    for (const pack of await readFile(objects, id)) {
      if (gone.has(pack.id) || listed.has(pack.id)) continue;
      listed.add(pack.id);
      writer.add(pack);
      await writer.writeIfDue();
    }
  }
  await writer.write();
  await lock.check();
  const stayed = await removeFiles(
    objects,
    obsolete.files.filter((id) => !written.has(id)),
  );
  const packs = await Promise.all(stayed.map((id) => readFile(objects, id)));
  return new Set(packs.flat().map(({ id }) => id));
}

interface Obsolete {
  readonly files: readonly Id[];
  /** Packs that the other files list. */
  readonly kept: ReadonlySet<Id>;
}

async function obsoleteFiles(objects: JsonObjects, gone: ReadonlySet<Id>): Promise<Obsolete> {
  const [files, small, kept]: [Id[], Map<Id, readonly Id[]>, Set<Id>] = [[], new Map(), new Set()];
  for await (const { id } of objects.list('index')) {
    const packs = (await readFile(objects, id)).map((pack) => pack.id);
    if (packs.length === 0 || packs.some((pack) => gone.has(pack) || kept.has(pack))) files.push(id);
    else {
      if (packs.length < fewPacks) small.set(id, packs);
      for (const pack of packs) kept.add(pack);
    }
  }
  if (small.size < manyFiles) return { files, kept };
  for (const pack of [...small.values()].flat()) kept.delete(pack);
  return { files: [...files, ...small.keys()], kept };
}

async function readFile(objects: JsonObjects, id: Id): Promise<readonly IndexedPack[]> {
  return decodeIndex(await objects.readListed('index', id)) ?? [];
}

/** Writes an index of these packs alone, and removes all others: what they said is known to be worthless. */
export async function replaceIndex(
  { objects, clock, lock }: Pick<IndexChange, 'objects' | 'clock' | 'lock'>,
  packs: Iterable<IndexedPack>,
): Promise<void> {
  const old: Id[] = [];
  for await (const { id } of objects.list('index')) old.push(id);
  const writer = new IndexWriter(
    (bytes) => saveHeld({ objects, locks: [lock], kind: 'index', bytes }),
    clock,
    () => undefined,
  );
  for (const pack of packs) {
    writer.add(pack);
    await writer.writeIfDue();
  }
  await writer.write();
  await lock.check();
  await removeFiles(objects, old);
}

/** Returns those that the store does not let go of. */
async function removeFiles(objects: JsonObjects, files: readonly Id[]): Promise<readonly Id[]> {
  const load = async (id: Id): Promise<readonly Id[]> => ((await removeUnlessLocked(objects, id)) ? [] : [id]);
  return (await allAhead(files, { load, atOnce: objects.store.facts.concurrency })).flat();
}

async function removeUnlessLocked(objects: JsonObjects, id: Id): Promise<boolean> {
  try {
    await objects.remove('index', id);
    return true;
  } catch (error) {
    if (codeOf(error) === 'object-locked') return false;
    throw error;
  }
}
