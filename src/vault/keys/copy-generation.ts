import { MusterError } from '../../base/error.ts';
import type { Id, Repository } from '../repository.ts';
import { asFields, copiedSnapshotJson, loadSnapshots } from '../snapshot.ts';
import { parseTree } from '../tree/parse.ts';
import type { RenamedSnapshot } from './rotation-state.ts';

export interface Generations {
  readonly from: Repository;
  readonly to: Repository;
  readonly signal: AbortSignal;
  /** Snapshots whose content has been copied. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Brings every snapshot and what it needs over; what no snapshot needs stays behind. Done again after it was cut off, it goes
 * on where it was. Throws what loading throws: a damaged vault must be mended first.
 */
export async function copyGeneration(generations: Generations): Promise<readonly RenamedSnapshot[]> {
  const { from, to, onProgress } = generations;
  await dropUnlisted(to);
  const snapshots = await loadSnapshots(from);
  const copier = new TreeCopier(generations);
  for (const [index, { tree }] of snapshots.entries()) {
    await copier.copy(tree);
    onProgress?.(index + 1, snapshots.length);
  }
  await to.flush();
  return await copySnapshots(
    generations,
    snapshots.map(({ id }) => id),
  );
}

/** Packs that a killed copy left, and no index lists. Nobody else writes here. */
async function dropUnlisted(to: Repository): Promise<void> {
  const listed = new Set([...to.packs()].map(({ id }) => id));
  for (const id of await to.listIds('data')) if (!listed.has(id)) await to.store.remove(`data/${id.slice(0, 2)}/${id}`);
}

/** Every tree is walked once, also those that are there: a copy that was cut off may have a tree without its files. */
class TreeCopier {
  readonly #generations: Generations;
  readonly #done = new Set<Id>();

  constructor(generations: Generations) {
    this.#generations = generations;
  }

  async copy(tree: Id): Promise<void> {
    if (this.#done.has(tree)) return;
    this.#done.add(tree);
    const { from, to, signal } = this.#generations;
    const bytes = await from.load('tree', tree);
    for (const { content, subtree } of parseTree(bytes, tree)) {
      signal.throwIfAborted();
      if (subtree !== undefined) await this.copy(subtree);
      for (const id of content ?? []) if (!to.has('data', id)) await to.save('data', await from.load('data', id));
    }
    if (!to.has('tree', tree)) await to.save('tree', bytes);
  }
}

/** All fields stay; a parent is called what it is called now, and `original` keeps the first name. */
async function copySnapshots({ from, to }: Generations, ids: readonly Id[]): Promise<readonly RenamedSnapshot[]> {
  const there = await snapshotsByContent(to);
  const names = new Map<Id, Id>();
  for (const id of ids) {
    const fields = asFields(id, await from.loadJson('snapshots', id));
    const parent = names.get(typeof fields['parent'] === 'string' ? fields['parent'] : '');
    const json = copiedSnapshotJson(fields, id, parent);
    const content = JSON.stringify(JSON.parse(json));
    names.set(id, there.get(content) ?? (await to.saveJson('snapshots', json)));
  }
  return [...names].map(([old, present]) => ({ from: old, to: present }));
}

async function snapshotsByContent(to: Repository): Promise<ReadonlyMap<string, Id>> {
  const found = new Map<string, Id>();
  for (const id of await to.listIds('snapshots')) found.set(JSON.stringify(await to.loadJson('snapshots', id)), id);
  return found;
}

/** Reads every byte of the new generation, and finds every part of every snapshot in it. Throws `rotation-unsound`. */
export async function checkGeneration(
  { from, to, signal }: Generations,
  snapshots: readonly RenamedSnapshot[],
): Promise<void> {
  const faulty = await to.checkPacks(
    [...to.packs()].map(({ id }) => id),
    { signal },
  );
  const [first] = faulty;
  if (first !== undefined)
    throw unsound(`${faulty.length} packs are damaged, the first: ${first.id}: ${first.fault ?? 'a piece is damaged'}`);
  const seen = new Set<Id>();
  for (const pair of snapshots) {
    const [old, present] = [await treeOf(from, pair.from), await treeOf(to, pair.to)];
    if (old !== present) throw unsound(`snapshot ${pair.to} is not what ${pair.from} was`);
    await checkTree({ to, signal, seen }, present);
  }
}

async function treeOf(repository: Repository, snapshot: Id): Promise<Id> {
  return String(asFields(snapshot, await repository.loadJson('snapshots', snapshot))['tree']);
}

interface TreeCheck {
  readonly to: Repository;
  readonly signal: AbortSignal;
  readonly seen: Set<Id>;
}

async function checkTree(check: TreeCheck, tree: Id): Promise<void> {
  if (check.seen.has(tree)) return;
  check.seen.add(tree);
  check.signal.throwIfAborted();
  for (const { content, subtree } of parseTree(await check.to.load('tree', tree), tree)) {
    const lost = content?.find((id) => !check.to.has('data', id));
    if (lost !== undefined) throw unsound(`the piece ${lost} is missing`);
    if (subtree !== undefined) await checkTree(check, subtree);
  }
}

function unsound(detail: string): MusterError {
  return new MusterError(`the new generation of the vault is not sound: ${detail}`, {
    code: 'rotation-unsound',
    hint: 'The vault is as it was. Check the disk, remove the folder that ends in .next, and begin again.',
  });
}
