import type { BytePath } from '../../base/capture.ts';
import { fromBytePath } from '../../base/capture.ts';
import { messageOf } from '../../base/error.ts';
import type { Tally } from '../progress.ts';
import type { BlobLocation, Id, Repository } from '../repository.ts';
import { nameFault } from '../tree/node.ts';
import type { TreeNode } from '../tree/node.ts';
import { treesOf } from '../tree/survey-tree.ts';
import { plainLength } from './compare-content.ts';
import { Findings } from './findings.ts';

/** What a walk over all trees of a snapshot found. */
export interface Needed {
  readonly packs: ReadonlySet<Id>;
  /** Different folder objects: folders that are the same share one. */
  readonly folders: number;
  /** Entries that are no folders, each as often as it stands in the snapshot, and the bytes of the files among them. */
  readonly entries: EntryTotals;
  /** Trees that are lost. */
  readonly lost: Findings;
  /** Names or an order that no honest writer makes. */
  readonly shape: Findings;
  /** Files with a chunk that no index lists. */
  readonly missing: Findings;
  /** Files whose chunks don't make up their size. */
  readonly sizes: Findings;
}

export interface EntryTotals {
  readonly files: number;
  readonly bytes: number;
}

interface Walk {
  readonly repository: Repository;
  readonly tally: Tally;
  readonly packs: Set<Id>;
  readonly found: Pick<Needed, 'lost' | 'shape' | 'missing' | 'sizes'>;
  /** Of each tree with all below it. */
  readonly totals: Map<Id, EntryTotals>;
}

/** Walks the whole tree. Nothing of the files is read: the index knows where each chunk lies and how long it is. */
export async function findNeeded(repository: Repository, tree: Id, tally: Tally): Promise<Needed> {
  const found = { lost: new Findings(), shape: new Findings(), missing: new Findings(), sizes: new Findings() };
  const walk: Walk = { repository, tally, packs: new Set(), found, totals: new Map() };
  await walkTree(walk, tree);
  const entries = walk.totals.get(tree) ?? { files: 0, bytes: 0 };
  return { packs: walk.packs, folders: walk.totals.size, entries, ...found };
}

async function walkTree(walk: Walk, tree: Id): Promise<void> {
  const { repository, tally, packs, found, totals } = walk;
  const onLost = (path: BytePath, error: unknown): void =>
    found.lost.add(`${fromBytePath(path)} (${messageOf(error)})`);
  for await (const { id, path, nodes } of treesOf(repository.storedTrees(), tree, onLost)) {
    await tally.breathe();
    addPack(packs, repository.locate('tree', id));
    checkShape(found.shape, path, nodes);
    for (const node of nodes) checkFile(walk, path, node);
    totals.set(id, totalsOf(nodes, totals));
  }
}

/** Trees come after those below them. */
function totalsOf(nodes: readonly TreeNode[], known: ReadonlyMap<Id, EntryTotals>): EntryTotals {
  let [files, bytes] = [0, 0];
  for (const { type, subtree, content, size } of nodes) {
    const below = subtree === undefined ? undefined : known.get(subtree);
    files += below?.files ?? (type === 'dir' ? 0 : 1);
    bytes += below?.bytes ?? (content === undefined ? 0 : size);
  }
  return { files, bytes };
}

function addPack(packs: Set<Id>, location: BlobLocation | undefined): void {
  if (location !== undefined) packs.add(location.pack);
}

function checkShape(shape: Findings, path: BytePath, nodes: readonly TreeNode[]): void {
  let before: BytePath | undefined;
  for (const { name } of nodes) {
    const fault =
      nameFault(name) ?? (before !== undefined && before >= name ? 'its names are not in order' : undefined);
    if (fault !== undefined) shape.add(`${fromBytePath(path)}: ${fault}`);
    before = name;
  }
}

function checkFile({ repository, tally, packs, found }: Walk, folder: BytePath, node: TreeNode): void {
  if (node.content === undefined) return;
  const path = (): string => fromBytePath(`${folder === '/' ? '' : folder}/${node.name}`);
  const locations = node.content.map((id) => repository.locate('data', id));
  for (const location of locations) addPack(packs, location);
  if (locations.includes(undefined)) found.missing.add(path());
  else if (plainSize(locations) !== node.size) found.sizes.add(path());
  tally.add(node.size);
  tally.done();
}

function plainSize(locations: readonly (BlobLocation | undefined)[]): number {
  return locations.reduce((size, location) => size + (location === undefined ? 0 : plainLength(location)), 0);
}
