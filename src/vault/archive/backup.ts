import { lstatSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { BytePath, CaptureRoot } from '../../base/capture.ts';
import { fromBytePath } from '../../base/capture.ts';
import { codeOf, MusterError } from '../../base/error.ts';
import { nativePath } from '../open-folder.ts';
import { EntryLook } from '../posix-at.ts';
import { posixCalls } from '../posix.ts';
import { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import { findSnapshot, snapshotJson } from '../snapshot.ts';
import type { BackupResult, EntryFault, Snapshot } from '../vault.ts';
import type { ArchiveContext } from './context.ts';
import { openLooks } from './look/open-looks.ts';
import { FileReader } from './cut-file.ts';
import { openCrew } from './open-crew.ts';
import { Opened } from './opened.ts';
import type { BackUpOptions } from './options.ts';
import { HardLinks } from './known-content.ts';
import { localOwners } from './owners.ts';
import { SameFile } from './same-file.ts';
import { saveTargets } from './save-tree.ts';
import { SourceFault } from './source-fault.ts';
import { targetTree } from './targets.ts';

/**
 * Saves the roots: blobs, then index, then the snapshot as the last object. What can't be read is a fault of the
 * result; anything that the store refuses throws, and then there is no snapshot.
 */
export async function backUp(options: BackUpOptions): Promise<BackupResult> {
  const { repository, request, signal } = options;
  checkRoots(request.roots);
  const parent = await parentOf(repository, request.parent);
  const context = contextOf(options, parent);
  const tree = await savedBy(context, saveRoots(context, request.roots, parent?.tree));
  await repository.flush();
  context.tally.finish();
  await setImmediate();
  signal.throwIfAborted();
  const { time, tags, paths } = request;
  const snapshot = await repository.saveJson(
    'snapshots',
    snapshotJson({ time, parent: parent?.id, tree, paths, tags }),
  );
  const { roots: _, ...totals } = context.totals;
  return { snapshot, ...totals, faults: inOrder(context.tally.faults) };
}

/** Whatever happens, no thread works on and nothing of the source stays open. */
async function savedBy(context: ArchiveContext, tree: Promise<Id>): Promise<Id> {
  try {
    return await tree;
  } finally {
    await context.looks?.stop();
    await context.crew.stop();
    context.opened.closeAll();
  }
}

/** By path: threads meet them in any order. */
function inOrder(faults: readonly EntryFault[]): readonly EntryFault[] {
  return faults.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function checkRoots(roots: readonly CaptureRoot[]): void {
  if (roots.length === 0) throw sourceMissing('there is nothing to back up: the list of paths is empty');
  for (const { kind, path } of roots) if (kind !== 'stream') checkRoot(path);
}

function checkRoot(path: BytePath): void {
  try {
    lstatSync(nativePath(path));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw sourceMissing(`${fromBytePath(path)} does not exist`);
  }
}

function sourceMissing(message: string): MusterError {
  return new MusterError(message, {
    code: 'source-missing',
    hint: 'Correct the path in the plan, or mount what should be there.',
  });
}

/** A parent only saves work: one that is gone since is no reason to fail. */
async function parentOf(repository: Repository, id: Id | undefined): Promise<Snapshot | undefined> {
  if (id === undefined) return undefined;
  try {
    return await findSnapshot(repository, id);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'snapshot-missing' || code === 'snapshot-damaged') return undefined;
    throw error;
  }
}

function contextOf(options: BackUpOptions, parent: Snapshot | undefined): ArchiveContext {
  const { repository, clock, request, signal } = options;
  const tally = new Tally({ clock, signal, onProgress: request.onProgress });
  const totals = noTotals();
  const owners = localOwners();
  const sameFile = new SameFile({ owners, isStored: (id) => repository.has('data', id) });
  const attributes = attributeReader(tally, request.roots[0]?.path ?? '/');
  return {
    repository,
    tally,
    totals,
    owners,
    looks: parent && openLooks(options, { sameFile, owners, attributes }),
    ...openCrew(options, { tally, totals, owners }),
    hardLinks: new HardLinks(),
    sameFile,
    look: new EntryLook(),
    cutter: new FileReader(repository.polynomial),
    opened: new Opened(),
    zeros: undefined,
    attributes,
    time: request.time,
  };
}

function noTotals(): ArchiveContext['totals'] {
  const files = { files: 0, filesNew: 0, filesChanged: 0, filesUnmodified: 0 };
  return { ...files, folders: 0, bytesTotal: 0, bytesRead: 0, bytesNew: 0, bytesStored: 0, roots: 0 };
}

/** Where attributes can't be read at all, that is said once, not for every file. */
function attributeReader(tally: Tally, path: BytePath): ArchiveContext['attributes'] {
  const state = posixCalls();
  if (state.available) return state.posix.attributes;
  const detail = `extended attributes and access lists are not in this backup: ${state.reason}`;
  tally.fault({ path, kind: 'metadata', detail });
  return undefined;
}

async function saveRoots(
  context: ArchiveContext,
  roots: readonly CaptureRoot[],
  previous: Id | undefined,
): Promise<Id> {
  const tree = await unlessUnreadable(saveTargets(context, targetTree(roots), previous));
  if (context.totals.roots > 0) return tree;
  const [fault] = context.tally.faults;
  throw unreadable(fault === undefined ? 'it holds only sockets' : `${fromBytePath(fault.path)}: ${fault.detail}`);
}

async function unlessUnreadable(tree: Promise<Id>): Promise<Id> {
  try {
    return await tree;
  } catch (error) {
    throw error instanceof SourceFault ? unreadable(error.message) : error;
  }
}

function unreadable(detail: string): MusterError {
  return new MusterError(`nothing of the source could be read: ${detail}`, {
    code: 'source-unreadable',
    hint: 'Run as a user who may read it.',
  });
}
