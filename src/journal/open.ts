import type { Clock, Instant } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { catalogOf } from './catalog.ts';
import { verifyChain } from './chain.ts';
import { openDatabase, type Database } from './database.ts';
import type { MusterEvent } from './event.ts';
import { insertEvent, rebuild } from './events.ts';
import { eventLogOf } from './open-log.ts';
import { markInterrupted } from './interrupt.ts';
import type { Journal, Lease } from './journal.ts';
import { isHeld, releaseLease, takeLease } from './lease.ts';
import { lastSent } from './messages.ts';
import { currentOwner, type Owner } from './owner.ts';
import { beat, recordOwner } from './ownership.ts';
import { findRun, listRuns, readRun } from './runs.ts';
import { sealedMarksOf } from './sealed-marks.ts';
import { soundPacksOf } from './sound-packs.ts';
import { storageSizesOf } from './storage-sizes.ts';
import { lastTamperTest } from './tamper-test.ts';

export interface JournalOptions {
  /** The state folder; made, for its owner alone, when there is none. On a local disk: SQLite's log needs shared memory. */
  readonly folder: string;
  readonly clock: Clock;
  /** The process that executes the runs appended here. Default: this one. */
  readonly owner?: Owner;
}

/** A lease that this journal holds, with the run that it is for. */
interface Held {
  readonly run: string;
  readonly token: number;
}

/**
 * Opens `journal.db` in the state folder, or begins one. Throws `journal-damaged`, `journal-newer`, `journal-full`,
 * `journal-not-writable` or `journal-busy`; so does every method when the file fails it.
 */
export function openJournal({ folder, clock, owner = currentOwner() }: JournalOptions): Journal {
  const database = openDatabase(folder);
  const held = new Map<string, Held>();
  return {
    append: (...events) => append({ database, held, owner, clock }, events),
    runs: (filter = {}) => listRuns(database, filter),
    run: (id) => readRun(database, id),
    markInterrupted: (now) => markInterrupted(database, owner, now),
    lease: (name, run, now) => lease({ database, held }, { name, run, owner, now }),
    heartbeat: (run, now) => heartbeat({ database, held }, run, now),
    lastSent: (query) => lastSent(database, query),
    tamperTest: (storage) => lastTamperTest(database, storage),
    catalog: catalogOf(database),
    soundPacks: soundPacksOf(database),
    storageSizes: storageSizesOf(database),
    log: eventLogOf(database, clock),
    sealedMarks: sealedMarksOf(database),
    verifyChain: () => verifyChain(database),
    rebuild: () => rebuild(database),
    close: () => database.close(),
  };
}

interface Holdings {
  readonly database: Database;
  readonly held: Map<string, Held>;
}

function append(
  journal: Holdings & { readonly owner: Owner; readonly clock: Clock },
  events: readonly MusterEvent[],
): void {
  const kept = events.filter((event) => event.type !== 'progress' && event.type !== 'storage.retrying');
  if (kept.length === 0) return;
  const { database, owner, clock } = journal;
  database.transaction(() => {
    for (const event of kept) {
      if (event.type === 'attempt.started') assertMayGoOn(journal, event.run);
      if (event.type === 'run.started') assertNew(database, event.run);
      insertEvent(database, event);
      if (event.type === 'run.started') recordOwner(database, event.run, { ...owner, heartbeat: clock.now() });
    }
  });
}

function assertNew(database: Database, run: string): void {
  if (findRun(database, run) === undefined) return;
  throw new MusterError(`run ${run} is on record already`, { code: 'run-exists', hint: 'Start a new run.' });
}

function lease({ database, held }: Holdings, claim: Parameters<typeof takeLease>[1]): Lease {
  const { name, run } = claim;
  const token = takeLease(database, claim);
  held.set(name, { run, token });
  const release = (): void => {
    if (held.get(name)?.token === token) held.delete(name);
    releaseLease(database, name, token);
  };
  return { name, token, release };
}

function heartbeat(journal: Holdings, run: string, now: Instant): void {
  journal.database.transaction(() => {
    assertMayGoOn(journal, run);
    beat(journal.database, run, now);
  });
}

/** The fence: a process that others took for dead must not begin anything more. */
function assertMayGoOn({ database, held }: Holdings, run: string): void {
  const status = findRun(database, run)?.status;
  if (status !== 'running')
    throw new MusterError(`run ${run} cannot go on: it ${status === undefined ? 'is not on record' : `is ${status}`}`, {
      code: 'run-not-running',
      hint: 'See what it did with muster runs, then start a new run.',
    });
  for (const [name, { run: holder, token }] of held)
    if (holder === run && !isHeld(database, name, token)) throw lost(run, name);
}

function lost(run: string, name: string): MusterError {
  return new MusterError(`run ${run} cannot go on: another process took ${name} over`, {
    code: 'lease-lost',
    hint: 'See what both did with muster runs, then start a new run.',
  });
}
