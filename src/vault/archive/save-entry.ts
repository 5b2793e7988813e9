import { lstatSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { nativePath, openFolder } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import type { ExtendedAttribute, TreeNode } from '../tree/node.ts';
import type { ArchiveContext } from './context.ts';
import { unchangedContent } from './known-content.ts';
import { nodeOf } from './node-of.ts';
import { readFile } from './read-file.ts';
import type { FileContent } from './read-file.ts';
import { asFault, reading, SourceFault } from './source-fault.ts';

/** One entry of the source on its way into a tree. */
export interface SourceEntry {
  /** For calls: may go through an open folder. */
  readonly access: BytePath;
  /** In the snapshot, and in faults. */
  readonly path: BytePath;
  readonly name: BytePath;
  /** The same place in the parent snapshot. */
  readonly previous: TreeNode | undefined;
}

/** Throws `SourceFault`. */
export function statEntry(entry: SourceEntry): BigIntStats {
  return reading(entry.path, () => lstatSync(nativePath(entry.access), { bigint: true }));
}

/** The node of anything but a folder; undefined for sockets, which mean nothing once their process is gone. */
export async function saveLeaf(
  context: ArchiveContext,
  entry: SourceEntry,
  stats: BigIntStats,
): Promise<TreeNode | undefined> {
  const node = nodeOf(entry.name, stats, context.owners);
  if (node.type === 'socket' || node.type === 'other') return undefined;
  if (node.type === 'file') return await saveFile(context, entry, stats);
  const linkTarget = node.type === 'symlink' ? linkTargetOf(entry) : undefined;
  const attributes = attributesOf(context, entry);
  count(context, 0);
  return { ...node, linkTarget, attributes };
}

function linkTargetOf(entry: SourceEntry): BytePath {
  return reading(entry.path, () => readlinkSync(nativePath(entry.access), 'latin1'));
}

async function saveFile(context: ArchiveContext, entry: SourceEntry, stats: BigIntStats): Promise<TreeNode> {
  const { content, size, stats: read } = await contentOf(context, entry, stats);
  const node = nodeOf(entry.name, read, context.owners);
  count(context, size);
  return { ...node, size, content, attributes: attributesOf(context, entry) };
}

async function contentOf(context: ArchiveContext, entry: SourceEntry, stats: BigIntStats): Promise<FileContent> {
  const unchanged = unchangedContent(context.repository, entry.previous, stats);
  compare(context, entry.previous, unchanged);
  const known = unchanged ?? context.hardLinks.contentOf(stats);
  if (known !== undefined) {
    context.tally.add(Number(stats.size));
    return { stats, content: known, size: Number(stats.size) };
  }
  const read = await readFile(context, entry.access, entry.path);
  context.hardLinks.remember(read.stats, read.content);
  return read;
}

/** What became of the file since the parent snapshot, as restic counts it. */
function compare(context: ArchiveContext, previous: TreeNode | undefined, unchanged: readonly Id[] | undefined): void {
  if (previous?.type !== 'file') context.totals.filesNew += 1;
  else if (unchanged === undefined) context.totals.filesChanged += 1;
  else context.totals.filesUnmodified += 1;
}

function count(context: ArchiveContext, bytes: number): void {
  context.totals.files += 1;
  context.totals.bytesTotal += bytes;
  context.tally.done();
}

/** Extended attributes, access lists among them. What can't be read is a `metadata` fault: the content is there. */
export function attributesOf(context: ArchiveContext, entry: SourceEntry): readonly ExtendedAttribute[] {
  if (context.attributes === undefined) return [];
  try {
    return context.attributes(entry.access);
  } catch (error) {
    const fault = asFault(entry.path, error);
    if (!(fault instanceof SourceFault)) throw fault;
    const detail = `its extended attributes could not be read: ${fault.message}`;
    context.tally.fault({ path: entry.path, kind: 'metadata', detail });
    return [];
  }
}

/** The node of a folder whose entries `subtreeOf` saves. It is held open meanwhile, so that no link can take its place. */
export async function saveOpenFolder(
  context: ArchiveContext,
  entry: SourceEntry,
  subtreeOf: (folder: ReturnType<typeof openFolder>, stats: BigIntStats) => Promise<Id>,
): Promise<TreeNode> {
  const folder = reading(entry.path, () => openFolder(entry.access, 'refuse'));
  try {
    const stats = statEntry({ ...entry, access: folder.self });
    const attributes = attributesOf(context, { ...entry, access: folder.self });
    const subtree = await subtreeOf(folder, stats);
    context.totals.folders += 1;
    return { ...nodeOf(entry.name, stats, context.owners), attributes, subtree };
  } finally {
    folder.close();
  }
}
