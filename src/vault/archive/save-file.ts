import type { EntryStats } from '../posix-at.ts';
import type { Id } from '../repository.ts';
import type { TreeNode } from '../tree/node.ts';
import type { ArchiveContext } from './context.ts';
import { minimumToSplit, saveLarge } from './save-large.ts';
import { attributesOf, count } from './entry.ts';
import type { SourceEntry } from './entry.ts';
import { fileJson } from './file-job.ts';
import type { FileJob, JobOutcome } from './file-job.ts';
import { unchangedContent } from './known-content.ts';
import { LaterNode } from './node-list.ts';
import type { Saved } from './node-list.ts';

/** The node of a regular file: at once when its content is known, else when somebody has read it. */
export function saveFile(context: ArchiveContext, entry: SourceEntry, stats: EntryStats): Saved | Promise<Saved> {
  return context.hardLinks.isInWork(stats) ? saveOtherName(context, entry, stats) : saveFree(context, entry, stats);
}

/** Once the name under which the file is being read has come to its end. */
async function saveOtherName(context: ArchiveContext, entry: SourceEntry, stats: EntryStats): Promise<Saved> {
  while (context.hardLinks.isInWork(stats)) await context.crew.help();
  return await saveFree(context, entry, stats);
}

function saveFree(context: ArchiveContext, entry: SourceEntry, stats: EntryStats): Saved | Promise<Saved> {
  const previous = entry.previous?.();
  const unchanged = unchangedContent(context.repository, previous, stats);
  compare(context, previous, unchanged);
  const content = unchanged ?? context.hardLinks.contentOf(stats);
  if (content !== undefined) return knownFile(context, entry, { stats, content });
  if (context.crew.hasThreads && stats.size >= minimumToSplit) return saveLarge(context, entry, stats);
  return readLater(context, entry, stats);
}

/** What became of the file since the parent snapshot, as restic counts it. */
function compare(context: ArchiveContext, previous: TreeNode | undefined, unchanged: readonly Id[] | undefined): void {
  if (previous?.type !== 'file') context.totals.filesNew += 1;
  else if (unchanged === undefined) context.totals.filesChanged += 1;
  else context.totals.filesUnmodified += 1;
}

interface KnownFile {
  readonly stats: EntryStats;
  readonly content: readonly Id[];
}

function knownFile(context: ArchiveContext, entry: SourceEntry, { stats, content }: KnownFile): string {
  const size = Number(stats.size);
  const attributes = attributesOf(context, entry);
  context.tally.add(size);
  count(context, size);
  return fileJson({ name: entry.name, attributes }, { stats, size, content }, context.owners);
}

function readLater(context: ArchiveContext, entry: SourceEntry, stats: EntryStats): LaterNode {
  const node = new LaterNode();
  // Of most files nothing needs to be kept until they are read: what is kept then is what garbage collection costs.
  const shared = stats.nlink > 1n ? stats : undefined;
  if (shared) context.hardLinks.begin(shared);
  context.crew.add(jobOf(context, entry, stats), (outcome) => {
    if (shared) context.hardLinks.end(shared);
    noteOutcome(context, outcome);
    node.settle(outcome.node);
  });
  return node;
}

function jobOf(context: ArchiveContext, entry: SourceEntry, stats: EntryStats): FileJob {
  const { access, path, name } = entry;
  const attributes = attributesOf(context, entry, 'read later');
  return { kind: 'file', access, path, name, attributes, size: Number(stats.size) };
}

function noteOutcome(context: ArchiveContext, { node, size, skipped, fault, linked }: JobOutcome): void {
  if (fault) context.tally.fault(fault);
  if (linked) context.hardLinks.remember(linked);
  context.tally.add(skipped);
  if (node !== undefined) count(context, size);
}
