import { readlinkSync } from 'node:fs';
import type { EntryStats } from '../posix-at.ts';
import type { BytePath } from '../../base/capture.ts';
import { nativePath, openFolder } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import { nodeJson } from '../tree/write.ts';
import type { ArchiveContext } from './context.ts';
import { attributesOf, count, statEntry } from './entry.ts';
import type { SourceEntry } from './entry.ts';
import { nodeOf } from './node-of.ts';
import type { Saved } from './node-list.ts';
import { saveFile } from './save-file.ts';
import { reading } from './source-fault.ts';

/** The node of anything but a folder; undefined for sockets, which mean nothing once their process is gone. */
export function saveLeaf(context: ArchiveContext, entry: SourceEntry, stats: EntryStats): Saved | Promise<Saved> {
  if (stats.isFile()) return saveFile(context, entry, stats);
  const node = nodeOf(entry.name, stats, context.owners);
  if (node.type === 'socket' || node.type === 'other') return undefined;
  const linkTarget = node.type === 'symlink' ? linkTargetOf(entry) : undefined;
  const attributes = attributesOf(context, entry);
  count(context, 0);
  return nodeJson({ ...node, linkTarget, attributes });
}

function linkTargetOf(entry: SourceEntry): BytePath {
  return reading(entry.path, () => readlinkSync(nativePath(entry.access), 'latin1'));
}

/** Folders that are held open until their files are read: beyond these the walk waits. */
const openAtOnce = 128;

/** A folder whose entries have been looked at. Its tree is known once all of them are read. */
export interface WalkedFolder {
  readonly isComplete: boolean;
  readonly tree: () => Promise<Id>;
}

/** A folder that was walked. */
export interface SavedFolder {
  readonly isComplete: boolean;
  /** Once all of its entries are read. */
  readonly finish: () => Promise<{ readonly subtree: Id; readonly node: string }>;
}

/** The node of a folder that `walk` walks. It is held open until then, so that no link can take its place. */
export async function saveOpenFolder(
  context: ArchiveContext,
  entry: SourceEntry,
  walk: (folder: OpenFolder, stats: EntryStats) => Promise<WalkedFolder>,
): Promise<SavedFolder> {
  while (context.opened.count >= openAtOnce && context.crew.isBusy) await context.crew.help();
  const folder = reading(entry.path, () => openFolder(entry.access, 'refuse'));
  context.opened.add(folder.fd);
  try {
    const self = { ...entry, access: folder.self, folder: undefined };
    const stats = statEntry(self);
    const attributes = attributesOf(context, self);
    const walked = await walk(folder, stats);
    const finish: SavedFolder['finish'] = async () => {
      const subtree = await walked.tree();
      context.opened.close(folder.fd);
      context.totals.folders += 1;
      return { subtree, node: nodeJson({ ...nodeOf(entry.name, stats, context.owners), attributes, subtree }) };
    };
    return { isComplete: walked.isComplete, finish };
  } catch (error) {
    context.opened.close(folder.fd);
    throw error;
  }
}
