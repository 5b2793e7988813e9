import { lstatSync, readlinkSync, type BigIntStats } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/error.ts';
import { joinPath, nativePath, openFolder, type OpenFolder } from '../open-folder.ts';
import { posixCalls } from '../posix.ts';
import { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import { loadTree } from '../tree/load.ts';
import { permissionsOf, typeOfMode } from '../tree/mode.ts';
import { nameFault, type TreeNode } from '../tree/node.ts';
import type { CompareRequest, CompareResult } from '../vault.ts';
import { contentFault } from './compare-content.ts';

const listed = 10;

export interface CompareOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: CompareRequest;
  readonly signal: AbortSignal;
}

interface Comparison {
  readonly repository: Repository;
  readonly tally: Tally;
  readonly differences: { readonly path: BytePath; readonly detail: string }[];
  count: number;
}

/**
 * Walks a snapshot and looks at each of its entries below the folder: its type, size, permissions, time, link target,
 * owner (as root), and every byte, by the hashes that name its parts. What else is in the folder is not looked at.
 */
export async function compareSnapshot(options: CompareOptions): Promise<CompareResult> {
  const { repository, clock, request, signal } = options;
  const snapshot = await findSnapshot(repository, request.snapshot);
  const tally = new Tally({ clock, signal, onProgress: request.onProgress });
  const comparison: Comparison = { repository, tally, differences: [], count: 0 };
  const folder = openFolder(request.folder, 'follow');
  try {
    await compareFolder(comparison, { open: folder, path: '/', tree: snapshot.tree });
  } finally {
    folder.close();
  }
  tally.finish();
  const { differences, count } = comparison;
  return { files: tally.files, bytes: tally.bytes, differences, count };
}

interface Place {
  readonly open: OpenFolder;
  readonly path: BytePath;
  readonly tree: Id;
}

async function compareFolder(comparison: Comparison, { open, path, tree }: Place): Promise<void> {
  for (const node of await loadTree(comparison.repository, tree)) {
    await comparison.tally.breathe();
    const own = joinPath(path, node.name);
    const fault = nameFault(node.name) ?? (await faultOfEntry(comparison, { open, path: own, node }).catch(readFault));
    if (fault !== undefined) addDifference(comparison, own, fault);
  }
}

interface EntryPlace {
  readonly open: OpenFolder;
  readonly path: BytePath;
  readonly node: TreeNode;
}

/** What the system says when something can't be read; anything else is no difference and is thrown on. */
function readFault(error: unknown): string {
  if (error instanceof Error && 'syscall' in error) return messageOf(error);
  throw error;
}

function addDifference(comparison: Comparison, path: BytePath, detail: string): void {
  comparison.count += 1;
  if (comparison.differences.length < listed) comparison.differences.push({ path, detail });
}

async function faultOfEntry(comparison: Comparison, { open, path, node }: EntryPlace): Promise<string | undefined> {
  const place = open.child(node.name);
  const stats = lstatSync(nativePath(place), { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return 'it is missing';
  const type = typeOfMode(Number(stats.mode));
  if (type !== node.type) return `it is of type ${type} instead of ${node.type}`;
  if (node.subtree !== undefined) await compareBelow(comparison, place, { path, tree: node.subtree });
  else comparison.tally.done();
  const content = type === 'file' ? await contentFault(comparison, place, node) : undefined;
  return content ?? linkFault(place, node) ?? metadataFault(stats, node);
}

async function compareBelow(comparison: Comparison, place: BytePath, below: Omit<Place, 'open'>): Promise<void> {
  const open = openFolder(place, 'refuse');
  try {
    await compareFolder(comparison, { ...below, open });
  } finally {
    open.close();
  }
}

function linkFault(place: BytePath, { type, linkTarget }: TreeNode): string | undefined {
  if (type !== 'symlink') return undefined;
  const found = readlinkSync(nativePath(place), 'latin1');
  return found === linkTarget ? undefined : 'the link leads elsewhere';
}

const asRoot = process.geteuid?.() === 0;

/** Only root can give files away, and with them special bits. A link's permissions mean nothing. */
function metadataFault(stats: BigIntStats, { type, mode, mtime, uid, gid }: TreeNode): string | undefined {
  const bits = asRoot ? 0o7777 : 0o777;
  const [found, expected] = [Number(stats.mode) & bits, permissionsOf(mode) & bits];
  if (type !== 'symlink' && found !== expected)
    return `its permissions are ${found.toString(8)} instead of ${expected.toString(8)}`;
  if (asRoot && (Number(stats.uid) !== uid || Number(stats.gid) !== gid)) return 'it belongs to another owner or group';
  return isSameTime(stats.mtimeNs, mtime) ? undefined : 'its modification time is another';
}

/** Without the system's own calls, times are set with an error of up to 120 ns. */
function isSameTime(found: bigint, expected: bigint): boolean {
  const off = found < expected ? expected - found : found - expected;
  return off <= (posixCalls().available ? 0n : 1000n);
}
