import type { BytePath } from '../../base/capture.ts';
import { fromBytePath } from '../../base/capture.ts';
import { messageOf } from '../../base/error.ts';
import type { Tally } from '../progress.ts';
import type { BlobLocation, Id, Repository } from '../repository.ts';
import { nameFault } from '../tree/node.ts';
import type { TreeNode } from '../tree/node.ts';
import { treesOf } from '../tree/survey-tree.ts';
import { Findings } from './findings.ts';

/** What a walk over all trees of a snapshot found. */
export interface Needed {
  readonly packs: ReadonlySet<Id>;
  readonly files: number;
  readonly folders: number;
  /** Trees that are lost. */
  readonly lost: Findings;
  /** Names or an order that no honest writer makes. */
  readonly shape: Findings;
  /** Files with a chunk that no index lists. */
  readonly missing: Findings;
  /** Files whose chunks don't make up their size. */
  readonly sizes: Findings;
}

/** Walks the whole tree. Nothing of the files is read: the index knows where each chunk lies and how long it is. */
export async function findNeeded(repository: Repository, tree: Id, tally: Tally): Promise<Needed> {
  const packs = new Set<Id>();
  const found = { lost: new Findings(), shape: new Findings(), missing: new Findings(), sizes: new Findings() };
  let [files, folders] = [0, 0];
  const onLost = (path: BytePath, error: unknown): void =>
    found.lost.add(`${fromBytePath(path)} (${messageOf(error)})`);
  for await (const { id, path, nodes } of treesOf(repository, tree, onLost)) {
    await tally.breathe();
    addPack(packs, repository.locate('tree', id));
    checkShape(found.shape, path, nodes);
    folders += 1;
    for (const node of nodes) files += checkFile({ repository, tally, packs, found }, path, node);
  }
  return { packs, files, folders, ...found };
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

interface FileCheck {
  readonly repository: Repository;
  readonly tally: Tally;
  readonly packs: Set<Id>;
  readonly found: Pick<Needed, 'missing' | 'sizes'>;
}

/** Returns 1 for a file, 0 for anything else. */
function checkFile(check: FileCheck, folder: BytePath, node: TreeNode): number {
  if (node.content === undefined) return 0;
  const path = (): string => fromBytePath(`${folder === '/' ? '' : folder}/${node.name}`);
  const locations = node.content.map((id) => check.repository.locate('data', id));
  for (const location of locations) addPack(check.packs, location);
  if (locations.includes(undefined)) check.found.missing.add(path());
  else if (plainSize(locations) !== node.size) check.found.sizes.add(path());
  check.tally.add(node.size);
  check.tally.done();
  return 1;
}

/** A sealed blob is 32 bytes longer than what it holds. */
function plainSize(locations: readonly (BlobLocation | undefined)[]): number {
  let size = 0;
  for (const location of locations) size += location?.uncompressedLength ?? (location?.length ?? 32) - 32;
  return size;
}
