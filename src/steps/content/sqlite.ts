import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/error.ts';
import { inspectInThread } from '../../sources/sqlite/inspect.ts';
import { requireSpace } from '../restore/space.ts';
import { faulty, sound, unchecked, type ContentFinding, type ContentFormat, type Pieces } from './finding.ts';

export interface SqliteCheck {
  readonly size: number;
  readonly signal: AbortSignal;
  /** A folder for a copy of the database, which only SQLite itself can check. */
  readonly scratch: () => Promise<string>;
  /** True when the backup holds a log beside the database that belongs to it. */
  readonly wasInUse: () => Promise<boolean>;
}

const header = 'SQLite format 3\0';

/** A database of SQLite, copied to scratch and checked there. */
export function sqliteFormat(check: SqliteCheck): ContentFormat {
  return {
    name: 'SQLite',
    matches: (head) => head.toString('latin1', 0, header.length) === header,
    check: (pieces) => checkDatabase(pieces, check),
  };
}

async function checkDatabase(pieces: Pieces, check: SqliteCheck): Promise<ContentFinding> {
  if (await check.wasInUse())
    return unchecked('it was in use when its file was copied, as its log shows: back it up as a system of type sqlite');
  const folder = await mkdtemp(join(await check.scratch(), 'sqlite-'));
  try {
    const room = await requireSpace(folder, check.size).catch(messageOf);
    if (room !== undefined) return unchecked(room);
    return await inspectCopy(pieces, join(folder, 'database'), check.signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inspectCopy(pieces: Pieces, path: string, signal: AbortSignal): Promise<ContentFinding> {
  await writeTo(path, pieces, signal);
  const { check, problems, unchecked: reason } = await inspectInThread(path, signal);
  if (reason !== undefined) return unchecked(reason);
  return problems.length === 0 ? sound : faulty(`${check}: ${problems.slice(0, 3).join('; ')}`);
}

async function writeTo(path: string, pieces: Pieces, signal: AbortSignal): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  for await (const piece of pieces) {
    signal.throwIfAborted();
    await file.write(piece);
  }
}
