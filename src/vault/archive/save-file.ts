import type { BigIntStats } from 'node:fs';
import type { Id } from '../repository.ts';
import type { TreeNode } from '../tree/node.ts';
import type { ArchiveContext } from './context.ts';
import { minimumToSplit, saveLarge } from './save-large.ts';
import { attributesOf, count } from './entry.ts';
import type { SourceEntry } from './entry.ts';
import { fileJson } from './file-job.ts';
import type { FileJob, JobOutcome } from './file-job.ts';
import { unchangedContent } from './known-content.ts';
import type { PendingNode, Saved } from './node-list.ts';

/** The node of a regular file: at once when its content is known, else when somebody has read it. */
export async function saveFile(context: ArchiveContext, entry: SourceEntry, stats: BigIntStats): Promise<Saved> {
  while (context.hardLinks.isInWork(stats)) await context.crew.help();
  const same = sameText(context, entry, stats);
  if (same !== undefined) return same;
  const previous = entry.previous?.node();
  const unchanged = unchangedContent(context.repository, previous, stats);
  compare(context, previous, unchanged);
  const content = unchanged ?? context.hardLinks.contentOf(stats);
  if (content !== undefined) return knownFile(context, entry, { stats, content });
  if (context.crew.hasThreads && stats.size >= minimumToSplit) return await saveLarge(context, entry, stats);
  return await readLater(context, entry, stats);
}

/**
 * The node of the parent snapshot, if all that it says of the file but for its content is what would be written now,
 * letter for letter: so the many files that nobody has touched need not be taken apart and put together again.
 */
function sameText(context: ArchiveContext, entry: SourceEntry, stats: BigIntStats): string | undefined {
  const text = entry.previous?.text;
  if (text === undefined) return undefined;
  const size = Number(stats.size);
  const empty = fileJson({ name: entry.name, attributes: [] }, { stats, size, content: [] }, context.owners);
  const start = empty.slice(0, -endOfEmpty.length);
  if (!text.startsWith(start) || !isStored(context, text.slice(start.length))) return undefined;
  if (attributesOf(context, entry).length > 0) return undefined;
  context.totals.filesUnmodified += 1;
  context.tally.add(size);
  count(context, size);
  return text;
}

const endOfEmpty = ']}';
const content = /^(?:"[0-9a-f]{64}"(?:,(?=")|(?=\])))*\]\}$/;

/** True when it is a list of chunks, to the end of the node, that the vault has. */
function isStored({ repository }: ArchiveContext, list: string): boolean {
  if (!content.test(list)) return false;
  for (let at = 1; at + 64 < list.length; at += 67) if (!repository.has('data', list.slice(at, at + 64))) return false;
  return true;
}

/** What became of the file since the parent snapshot, as restic counts it. */
function compare(context: ArchiveContext, previous: TreeNode | undefined, unchanged: readonly Id[] | undefined): void {
  if (previous?.type !== 'file') context.totals.filesNew += 1;
  else if (unchanged === undefined) context.totals.filesChanged += 1;
  else context.totals.filesUnmodified += 1;
}

interface KnownFile {
  readonly stats: BigIntStats;
  readonly content: readonly Id[];
}

function knownFile(context: ArchiveContext, entry: SourceEntry, { stats, content }: KnownFile): string {
  const size = Number(stats.size);
  const attributes = attributesOf(context, entry);
  context.tally.add(size);
  count(context, size);
  return fileJson({ name: entry.name, attributes }, { stats, size, content }, context.owners);
}

async function readLater(context: ArchiveContext, entry: SourceEntry, stats: BigIntStats): Promise<PendingNode> {
  const { promise: pending, resolve } = Promise.withResolvers<string | undefined>();
  context.hardLinks.begin(stats);
  await context.crew.add(jobOf(context, entry, stats), (outcome) => {
    context.hardLinks.end(stats);
    noteOutcome(context, outcome);
    resolve(outcome.node);
  });
  return { pending };
}

function jobOf(context: ArchiveContext, entry: SourceEntry, stats: BigIntStats): FileJob {
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
