import { statSync } from 'node:fs';
import type { EntryStats } from '../posix-at.ts';
import type { BytePath } from '../../base/capture.ts';
import { joinPath, nativePath } from '../open-folder.ts';
import type { Id } from '../repository.ts';
import { nodeJson, treeBytes } from '../tree/write.ts';
import type { ArchiveContext } from './context.ts';
import { nodeOf } from './node-of.ts';
import { attributesOf, statEntry } from './entry.ts';
import type { SourceEntry } from './entry.ts';
import { saveLeaf, saveOpenFolder } from './save-entry.ts';
import type { SavedFolder, WalkedFolder } from './save-entry.ts';
import { previousFolder } from './previous.ts';
import type { PreviousEntry, PreviousFolder } from './previous.ts';
import { isPending, LaterNode, NodeList } from './node-list.ts';
import type { PendingNode, Saved } from './node-list.ts';
import type { FolderLook } from './look/looker.ts';
import type { PlannedLooks } from './look/plan-looks.ts';
import { addLooked, planLooks } from './look/plan-looks.ts';
import { sameNodes } from './same-entry.ts';
import { lookedPlace, lookOf, ruleOf } from './place.ts';
import type { DiskRule, Place } from './place.ts';
import { SourceFault } from './source-fault.ts';
import { saveStream } from './save-stream.ts';
import { syntheticFolder } from './synthetic.ts';
import type { Target, TargetRoot, TreeRoot } from './targets.ts';

/** Saves everything that the targets name, folder by folder, deepest first; returns the tree of `/`. */
export async function saveTargets(context: ArchiveContext, target: Target, previous: Id | undefined): Promise<Id> {
  if (target.root?.kind !== 'tree') {
    const walked = await walkFolder(context, { path: '/', disk: undefined, target, previous });
    return await context.crew.until(walked.tree());
  }
  const folder = await walkDiskFolder(
    context,
    { access: target.root.as === undefined ? '/' : target.root.path, path: '/', name: '', ...noPlace },
    { ...ruleOf(target.root), target, previous },
  );
  const { subtree } = await context.crew.until(folder.finish());
  context.totals.roots += 1;
  return subtree;
}

const noPlace = { previous: undefined, folder: undefined } as const;

async function walkFolder(context: ArchiveContext, given: Place): Promise<WalkedFolder> {
  const { previous } = given;
  if (given.look?.isContentSame === true && previous !== undefined) {
    addLooked(context, given.look.counts);
    return { isComplete: true, tree: async () => previous };
  }
  const known = await previousFolder(context.repository, previous);
  const { place, entries, look } = lookedPlace(context, given, known);
  const nodes = new NodeList(known.tree);
  const same = sameNodes(context, place, known.tree);
  const looks = planLooks(context, place, { tree: known.tree, look });
  for (const entry of entries) {
    if (context.tally.isOutOfBreath()) await context.tally.pause();
    const node = typeof entry === 'number' ? entry : same(entry);
    if (node !== -1) nodes.addKnown(node);
    else await addEntry(context, { place, known, looks, nodes }, String(entry));
    if (context.crew.isFull) await context.crew.room();
  }
  looks.end();
  const { isComplete } = nodes;
  const unchanged = isComplete && nodes.areKnown ? known.id : undefined;
  return { isComplete, tree: async () => unchanged ?? (await saveNodes(context, nodes)) };
}

interface WalkedEntries {
  readonly place: Place;
  readonly known: PreviousFolder;
  readonly looks: PlannedLooks;
  readonly nodes: NodeList;
}

function addEntry(
  context: ArchiveContext,
  { place, known, looks, nodes }: WalkedEntries,
  name: BytePath,
): Promise<void> | undefined {
  const add = (look: FolderLook | undefined): Promise<void> | undefined => {
    if (look?.isSame === true && known.tree) {
      addLooked(context, look.counts);
      context.totals.folders += 1;
      nodes.addKnown(known.tree.find(name));
      return undefined;
    }
    const saved = saveOrNote(context, place, { name, previous: known.entry(name), look });
    if (saved instanceof Promise) return saved.then((node) => nodes.add(node));
    nodes.add(saved);
    return undefined;
  };
  const look = looks.of(name);
  return look instanceof Promise ? look.then(add) : add(look);
}

async function saveNodes(context: ArchiveContext, nodes: NodeList): Promise<Id> {
  const bytes = treeBytes(await nodes.whenComplete());
  const { id, stored } = await context.repository.save('tree', bytes);
  context.totals.bytesStored += stored;
  if (stored > 0) context.totals.bytesNew += bytes.length;
  return id;
}

interface Child {
  readonly name: BytePath;
  readonly previous: PreviousEntry | undefined;
  readonly look: FolderLook | undefined;
}

/** At once where that is possible: most entries are files, and a promise for each would cost as much as their `lstat`. */
function saveOrNote(context: ArchiveContext, place: Place, child: Child): Saved | Promise<Saved> {
  try {
    const saved = saveChild(context, place, child);
    return saved instanceof Promise
      ? savedOrNote(context, place, { child, saving: saved })
      : counted(context, place, { child, saved });
  } catch (error) {
    return note(context, error);
  }
}

async function savedOrNote(
  context: ArchiveContext,
  place: Place,
  { child, saving }: { readonly child: Child; readonly saving: Promise<Saved> },
): Promise<Saved> {
  try {
    return counted(context, place, { child, saved: await saving });
  } catch (error) {
    return note(context, error);
  }
}

/** Counts roots, and makes faults of what comes later notes as well. */
function counted(
  context: ArchiveContext,
  place: Place,
  { child: { name }, saved }: { readonly child: Child; readonly saved: Saved },
): Saved {
  const root = isRoot(place, name);
  const later = root && saved instanceof LaterNode ? saved.asPending() : saved;
  if (isPending(later)) return { pending: finishOrNote(context, root, later) };
  if (later !== undefined && root) context.totals.roots += 1;
  return later;
}

async function finishOrNote(
  context: ArchiveContext,
  root: boolean,
  { pending }: PendingNode,
): Promise<string | undefined> {
  try {
    const node = await pending;
    if (node !== undefined && root) context.totals.roots += 1;
    return node;
  } catch (error) {
    return note(context, error);
  }
}

function note(context: ArchiveContext, error: unknown): undefined {
  if (!(error instanceof SourceFault)) throw error;
  context.tally.fault(error.fault);
  return undefined;
}

function isRoot(place: Place, name: BytePath): boolean {
  return place.target?.children.get(name)?.root !== undefined;
}

function saveChild(context: ArchiveContext, place: Place, child: Child): Saved | Promise<Saved> {
  const target = place.target?.children.get(child.name);
  const path = joinPath(place.path, child.name);
  const access = place.disk?.folder.child(child.name) ?? path;
  const folder = place.disk?.folder.fd;
  const entry = { ...child, path, access, folder };
  if (target?.root?.kind === 'stream') return saveStream(context, entry, target.root);
  if (target?.root?.kind === 'file') return saveNamedFile(context, entry, target.root);
  if (target?.root?.kind === 'tree') return saveTree(context, entry, { target, root: target.root });
  if (place.disk === undefined) return saveAbove(context, entry, target);
  const { excluded, enter, elsewhere } = place.disk;
  if (target === undefined) return saveDisk(context, entry, { target, excluded, enter, elsewhere });
  return saveBetween(context, entry, { target, excluded, enter, elsewhere });
}

/** A root may lie elsewhere than it is said to, as in a frozen view. */
function saveTree(
  context: ArchiveContext,
  entry: SourceEntry,
  { target, root }: { readonly target: Target; readonly root: TreeRoot },
): Saved | Promise<Saved> {
  const place = root.as === undefined ? entry : { ...entry, access: root.path, folder: undefined };
  return saveDisk(context, place, { target, ...ruleOf(root) });
}

/** A root that is a single file under the name of another: the data and times of the one, the place of the other. */
function saveNamedFile(
  context: ArchiveContext,
  entry: SourceEntry,
  root: TargetRoot & { readonly kind: 'file' },
): Saved | Promise<Saved> {
  const file = { ...entry, access: root.path, folder: undefined };
  return saveLeaf(context, file, statEntry(file));
}

interface Rule extends DiskRule {
  readonly target: Target | undefined;
}

function saveDisk(context: ArchiveContext, entry: SourceEntry, rule: Rule): Saved | Promise<Saved> {
  const stats = statUnlessExcluded(entry, rule);
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? saveDiskFolder(context, entry, rule) : saveLeaf(context, entry, stats);
}

async function saveDiskFolder(context: ArchiveContext, entry: SourceEntry, rule: Rule): Promise<Saved> {
  const folder = await walkDiskFolder(context, entry, { ...rule, previous: entry.previous?.()?.subtree });
  const node = async (): Promise<string> => (await folder.finish()).node;
  return folder.isComplete ? await node() : { pending: node() };
}

/** What a root names is never left out. An entry that is gone, and would have been left out, is no fault. */
function statUnlessExcluded(entry: SourceEntry, rule: Rule): ReturnType<typeof statEntry> | undefined {
  const applies = rule.target === undefined;
  try {
    const stats = statEntry(entry);
    return applies && rule.excluded(entry.path, stats.isDirectory(), stats) ? undefined : stats;
  } catch (error) {
    if (error instanceof SourceFault && applies && rule.excluded(entry.path, false)) return undefined;
    throw error;
  }
}

async function walkDiskFolder(
  context: ArchiveContext,
  entry: SourceEntry,
  { target, previous, ...rule }: Rule & { readonly previous: Id | undefined },
): Promise<SavedFolder> {
  return await saveOpenFolder(context, entry, (folder, facts) =>
    walkFolder(context, {
      path: entry.path,
      disk: { ...rule, folder, facts },
      target,
      previous,
      look: lookOf(entry.look, facts),
    }),
  );
}

/** A folder that lies between an outer root and an inner one. */
function saveBetween(
  context: ArchiveContext,
  entry: SourceEntry,
  rule: Rule & { readonly target: Target },
): Saved | Promise<Saved> {
  const isFolder = isFolderOnDisk(entry);
  if (!isFolder || rule.excluded(entry.path, true)) return saveAbove(context, entry, rule.target);
  return saveDisk(context, entry, rule);
}

function isFolderOnDisk(entry: SourceEntry): boolean {
  try {
    return statEntry(entry).isDirectory();
  } catch {
    return false;
  }
}

/** A folder above the roots: its own data, and of its entries only those that lead to a root. Links are followed here. */
async function saveAbove(context: ArchiveContext, entry: SourceEntry, target: Target | undefined): Promise<Saved> {
  const stats = statFolder(entry);
  const own = stats ? nodeOf(entry.name, stats, context.owners) : syntheticFolder(entry.name, context.time);
  const attributes = stats ? attributesOf(context, entry) : [];
  context.totals.folders += 1;
  const place = { path: entry.path, disk: undefined, target, previous: entry.previous?.()?.subtree };
  const walked = await walkFolder(context, place);
  const node = async (): Promise<string> => nodeJson({ ...own, attributes, subtree: await walked.tree() });
  return walked.isComplete ? await node() : { pending: node() };
}

function statFolder(entry: SourceEntry): EntryStats | undefined {
  try {
    const stats = statSync(nativePath(entry.access), { bigint: true });
    return stats.isDirectory() ? stats : undefined;
  } catch {
    return undefined;
  }
}
