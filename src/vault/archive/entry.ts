import { lstatSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { nativePath } from '../open-folder.ts';
import { hasNoAttributes, statAt } from '../posix-at.ts';
import type { EntryAt, EntryStats } from '../posix-at.ts';
import type { ExtendedAttribute } from '../tree/node.ts';
import type { ArchiveContext } from './context.ts';
import type { FolderLook } from './look/looker.ts';
import type { PreviousEntry } from './previous.ts';
import { asFault, reading, SourceFault } from './source-fault.ts';

/** One entry of the source on its way into a tree. */
export interface SourceEntry {
  /** For calls: may go through an open folder. */
  readonly access: BytePath;
  /** The open folder in which `access` leads to `name`. Undefined: it leads elsewhere. */
  readonly folder: number | undefined;
  /** In the snapshot, and in faults. */
  readonly path: BytePath;
  readonly name: BytePath;
  /** The same place in the parent snapshot. */
  readonly previous: PreviousEntry | undefined;
  /** Of a folder, if somebody has looked at it. */
  readonly look?: FolderLook | undefined;
}

/** Throws `SourceFault`. */
export function statEntry(entry: SourceEntry): EntryStats {
  return reading(entry.path, () =>
    isInFolder(entry) ? statAt(entry) : lstatSync(nativePath(entry.access), { bigint: true }),
  );
}

/**
 * Extended attributes, access lists among them. What can't be read is a `metadata` fault: the content is there. An
 * entry that is gone and will be read later has its fault then.
 */
export function attributesOf(
  context: ArchiveContext,
  entry: SourceEntry,
  content: 'read' | 'read later' = 'read',
): readonly ExtendedAttribute[] {
  if (context.attributes === undefined || (isInFolder(entry) && hasNoAttributes(entry))) return [];
  try {
    return context.attributes(entry.access);
  } catch (error) {
    const fault = asFault(entry.path, error);
    if (!(fault instanceof SourceFault)) throw fault;
    if (content === 'read later' && fault.fault.kind === 'vanished') return [];
    const detail = `its extended attributes could not be read: ${fault.message}`;
    context.tally.fault({ path: entry.path, kind: 'metadata', detail });
    return [];
  }
}

function isInFolder(entry: SourceEntry): entry is SourceEntry & EntryAt {
  return entry.folder !== undefined;
}

/** An entry other than a folder is in the snapshot. */
export function count(context: ArchiveContext, bytes: number): void {
  context.totals.files += 1;
  context.totals.bytesTotal += bytes;
  context.tally.done();
}
