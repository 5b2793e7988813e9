import { mkdirSync } from 'node:fs';
import { fromBytePath } from '../../base/capture.ts';
import type { BytePath } from '../../base/capture.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import { nativePath, openFolder } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import { posixCalls } from '../posix.ts';
import { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import type { RestoreRequest, RestoreResult } from '../vault.ts';
import { restoreArea } from './area.ts';
import type { RestoreContext } from './context.ts';
import { faultOf } from './entry-refused.ts';
import { RestoredLinks } from './restored-links.ts';
import { applyToOpen } from './metadata.ts';
import { restoreLeaf } from './restore-leaf.ts';
import { isWanted, surveyRestore } from './survey.ts';
import { TargetFolder } from './target-folder.ts';
import { entriesIn } from './tree-walk.ts';
import type { SafeEntry } from './tree-walk.ts';

export interface RestoreOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: RestoreRequest;
  /** Of the request and of the lock. */
  readonly signal: AbortSignal;
}

/**
 * Writes a snapshot below the target, never outside it. Entries that can't be brought back are faults of the result,
 * and whatever stood in their place is untouched. Throws `restore-would-overwrite`, `restore-target`, `restore-failed`.
 */
export async function restoreSnapshot(options: RestoreOptions): Promise<RestoreResult> {
  const { repository, clock, request, signal } = options;
  const snapshot = await findSnapshot(repository, request.snapshot);
  const top = openTarget(request.target);
  try {
    const tally = new Tally({ clock, signal, onProgress: request.onProgress });
    const context = {
      repository,
      request,
      tally,
      top,
      links: new RestoredLinks(),
      calls: posixCalls(),
      asRoot: process.geteuid?.() === 0,
      area: restoreArea(request.target, snapshot.paths),
    };
    await surveyRestore(context, snapshot.tree);
    return await writeAll(context, snapshot.tree);
  } finally {
    top.close();
  }
}

/** The target is the user's own word: it may be reached through links, and is made when it is missing. */
function openTarget(target: BytePath): OpenFolder {
  if (!target.startsWith('/')) throw targetError(target, 'it is no absolute path');
  try {
    mkdirSync(nativePath(target), { recursive: true });
    return openFolder(target, 'follow');
  } catch (error) {
    throw targetError(target, messageOf(error));
  }
}

function targetError(target: BytePath, detail: string): MusterError {
  return new MusterError(`nothing can be restored to ${fromBytePath(target)}: ${detail}`, {
    code: 'restore-target',
    hint: 'Name a folder that can be written to.',
  });
}

async function writeAll(context: RestoreContext, tree: Id): Promise<RestoreResult> {
  const restore = { context, files: 0, bytes: 0 };
  await restoreFolder(restore, new TargetFolder(context, { path: '/' }), tree);
  if (context.calls.available) await context.calls.posix.syncFileSystem(context.top.fd);
  context.tally.finish();
  return { files: restore.files, bytes: restore.bytes, faults: context.tally.faults };
}

interface Restore {
  readonly context: RestoreContext;
  files: number;
  bytes: number;
}

async function restoreFolder(restore: Restore, folder: TargetFolder, tree: Id): Promise<void> {
  const { tally, repository } = restore.context;
  const entries = await entriesIn(repository, { path: folder.path, tree }, (fault) => tally.fault(fault));
  for (const entry of entries) {
    await tally.breathe();
    try {
      await restoreEntry(restore, folder, entry);
    } catch (error) {
      tally.fault(faultOf(entry.path, error));
    }
  }
}

async function restoreEntry(restore: Restore, folder: TargetFolder, entry: SafeEntry): Promise<void> {
  const { context } = restore;
  const { node } = entry;
  const wanted = isWanted(context, entry);
  if (node.subtree !== undefined)
    return await restoreSubfolder(restore, folder, { ...entry, tree: node.subtree, wanted });
  if (!wanted || node.type === 'socket') return;
  await restoreLeaf(context, folder.enter(), entry);
  restore.files += 1;
  restore.bytes += node.size;
  context.tally.done();
}

interface Subfolder extends SafeEntry {
  readonly tree: Id;
  readonly wanted: boolean;
}

/** Its owner, mode and times come last: what is made in it would change them, or not be allowed. */
async function restoreSubfolder(restore: Restore, parent: TargetFolder, entry: Subfolder): Promise<void> {
  const { context } = restore;
  const folder = new TargetFolder(context, { path: entry.path, node: entry.node, parent });
  try {
    if (entry.wanted) folder.enter();
    await restoreFolder(restore, folder, entry.tree);
    const own = folder.made || (entry.wanted && replacesFolder(context, entry.path));
    if (own && folder.opened !== undefined) applyToOpen(context, entry, folder.opened.fd);
  } finally {
    folder.close();
  }
}

/** Whether a folder that was there already becomes as in the snapshot. */
function replacesFolder({ request, area }: RestoreContext, path: BytePath): boolean {
  return request.overwrite === 'always' && !area.isAbove(path);
}
