import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../../src/base/error.ts';
import type { MusterEvent } from '../../src/journal/event.ts';
import type { Journal, StepRecord } from '../../src/journal/journal.ts';
import {
  attemptFinished,
  attemptStarted,
  backup,
  backupFailed,
  backupSucceeded,
  runFinished,
  runStarted,
} from './events.ts';
import { randomEvents } from './random-events.ts';
import { foldedTables, openState, temporaryFolder } from './state.ts';

/** Appends what the journal takes; gives back what it took. */
function appendAll(journal: Journal, events: readonly MusterEvent[]): readonly MusterEvent[] {
  return events.filter((event) => {
    try {
      journal.append(event);
      return true;
    } catch (error) {
      // The fence refuses attempts of runs that are not under way.
      if (codeOf(error) === 'run-not-running' && event.type === 'attempt.started') return false;
      throw error;
    }
  });
}

type StepState = Pick<StepRecord, 'status' | 'attempts' | 'startedAt' | 'finishedAt' | 'error' | 'reason'>;
const untouched: StepState = {
  status: 'pending',
  attempts: 0,
  startedAt: undefined,
  finishedAt: undefined,
  error: undefined,
  reason: undefined,
};

/** The meaning of the events for one step, written down a second time and without a database. */
function stepAfter(events: readonly MusterEvent[], run: string, step: string): StepState {
  let state = untouched;
  for (const event of events) {
    if (event.run !== run) continue;
    if (event.type === 'run.interrupted' && event.steps.includes(step)) state = { ...state, status: 'interrupted' };
    if (!('step' in event) || event.step !== step) continue;
    state = { ...state, ...changeOf(event, state) };
  }
  return state;
}

function changeOf(event: MusterEvent, before: StepState): Partial<StepState> {
  const ended = { finishedAt: event.at };
  if (event.type === 'attempt.started')
    return { ...untouched, status: 'running', attempts: event.attempt, startedAt: before.startedAt ?? event.at };
  if (event.type === 'attempt.finished') {
    const { status, attempt: attempts, error } = event;
    return { ...ended, status, attempts, error: error && { code: error.code, message: error.message } };
  }
  if (event.type === 'step.skipped') {
    const status = event.because === 'cancelled' ? 'cancelled' : 'skipped';
    return { ...ended, status, reason: event.reason, error: undefined };
  }
  if (event.type === 'step.checked') {
    const fault = event.findings.find((finding) => finding.severity === 'error');
    if (fault === undefined) return { ...ended, status: 'succeeded', error: undefined };
    return { ...ended, status: 'failed', error: { code: 'check-failed', message: fault.message } };
  }
  return {};
}

describe('the tables', () => {
  test('are what a rebuild makes of the events, whatever the events', () => {
    fc.assert(
      fc.property(randomEvents, (events) => {
        const folder = temporaryFolder();
        const journal = openState(folder);
        const taken = appendAll(journal, events);
        const before = foldedTables(folder);
        journal.rebuild();
        expect(foldedTables(folder)).toEqual(before);
        expect(journal.verifyChain()).toMatchObject({ intact: true, events: taken.length });
      }),
      { numRuns: 30 },
    );
  });

  test('say of runs and steps what the events say', () => {
    fc.assert(
      fc.property(randomEvents, (events) => {
        const journal = openState(temporaryFolder());
        const taken = appendAll(journal, events);
        for (const { id } of journal.runs()) {
          const run = journal.run(id);
          expect(run?.events).toEqual(taken.filter((event) => event.run === id));
          for (const { title: _, kind: __, id: step, ...state } of run?.steps ?? [])
            expect(state).toEqual(stepAfter(taken, id, step));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('the catalog holds the last word on each backup that was really made', () => {
    fc.assert(
      fc.property(randomEvents, (events) => {
        const journal = openState(temporaryFolder());
        const { catalog } = journal;
        const taken = events.filter(({ type }) => type !== 'attempt.started' && !type.startsWith('backup.re'));
        for (const event of taken) journal.append(event);
        const real = events.filter((event) => event.run !== 'r2');
        const made = real.flatMap((event) =>
          'backup' in event && typeof event.backup === 'object' ? [event.backup] : [],
        );
        const known = new Map(made.map((record) => [record.id, record]));
        const listed = catalog.backups();
        expect(listed).toHaveLength(known.size);
        for (const record of listed) expect(record).toEqual(known.get(record.id));
        expect(listed.map((record) => record.startedAt)).toEqual(
          listed.map((record) => record.startedAt).sort((a, b) => b - a),
        );
        const proven = real.filter(
          (event) => event.type === 'restore.finished' && event.system === 'orders' && event.proven,
        );
        const last = proven.length === 0 ? undefined : Math.max(...proven.map((event) => event.at));
        expect(catalog.lastProvenRestore('orders')).toBe(last);
      }),
      { numRuns: 25 },
    );
  });
});

describe('appending', () => {
  test('is all or nothing', () => {
    const journal = openState(temporaryFolder());
    journal.append(runStarted('r1'));
    expect(() => journal.append(backupFailed('r1'), runStarted('r1'))).toThrow('on record already');
    expect(journal.run('r1')?.events).toHaveLength(1);
    expect(journal.catalog.failuresInARow('orders')).toBe(0);
  });

  test('leaves progress out', () => {
    const journal = openState(temporaryFolder());
    const progress = {
      type: 'progress',
      step: 'one',
      files: 1,
      bytes: 1,
      filesTotal: undefined,
      bytesTotal: undefined,
    } as const;
    journal.append({ ...progress, run: 'r1', at: 1 });
    expect(journal.verifyChain()).toMatchObject({ intact: true, events: 0 });
  });

  test('refuses an attempt of a run that has ended, that never began, or whose id is taken', () => {
    const journal = openState(temporaryFolder());
    journal.append(runStarted('r1'), attemptStarted('r1', 'one'), attemptFinished('r1', 'one'), runFinished('r1'));
    expect(() => journal.append(attemptStarted('r1', 'two'))).toThrow('it is succeeded');
    expect(() => journal.append(attemptStarted('r9', 'one'))).toThrow('not on record');
    expect(() => journal.append(runStarted('r1'))).toThrow('on record already');
  });
});

describe('runs', () => {
  test('are listed newest first, by kind, and up to a limit', () => {
    const journal = openState(temporaryFolder());
    journal.append(runStarted('a', { at: 3 }), runStarted('b', { at: 1, kind: 'verify' }), runStarted('c', { at: 3 }));
    expect(journal.runs().map((run) => run.id)).toEqual(['c', 'a', 'b']);
    expect(journal.runs({ kind: 'verify' }).map((run) => run.id)).toEqual(['b']);
    expect(journal.runs({ limit: 1 }).map((run) => run.id)).toEqual(['c']);
  });

  test('are found by a prefix that no other has', () => {
    const journal = openState(temporaryFolder());
    journal.append(runStarted('20261120T101500Z-7f3a9c'), runStarted('20261120T101501Z-000000'), runStarted('2026'));
    expect(journal.run('20261120T101501')?.id).toBe('20261120T101501Z-000000');
    expect(journal.run('2026')?.id).toBe('2026');
    expect(() => journal.run('20261120')).toThrow('more than one run begins with 20261120');
    expect(journal.run('1999')).toBeUndefined();
    expect(journal.run('')).toBeUndefined();
    expect(journal.run('%')).toBeUndefined();
  });
});

describe('the catalog', () => {
  test('finds a backup by its id or at least four digits of it', () => {
    const journal = openState(temporaryFolder());
    const { catalog } = journal;
    journal.append(
      backupSucceeded('r1', backup('abcd1')),
      backupSucceeded('r1', backup('abcd2')),
      backupSucceeded('r1', backup('ffff')),
    );
    expect(catalog.find('ABCD1')?.id).toBe('abcd1'.padEnd(64, '0'));
    expect(catalog.find('ffff'.padEnd(64, '0'))?.id).toBe('ffff'.padEnd(64, '0'));
    expect(() => catalog.find('abcd')).toThrow('more than one backup begins with abcd');
    expect(catalog.find('fff')).toBeUndefined();
    expect(catalog.find('1234')).toBeUndefined();
  });

  test('narrows by system, storage target that holds it, and instant', () => {
    const journal = openState(temporaryFolder());
    const { catalog } = journal;
    const failedCopy = { name: 'second', snapshot: '', status: 'failed' } as const;
    const storedCopy = { name: 'second', snapshot: 'x', status: 'stored' } as const;
    journal.append(
      backupSucceeded('r1', backup('aaaa', { startedAt: 100, storage: [failedCopy] })),
      backupSucceeded('r1', backup('bbbb', { startedAt: 200, storage: [storedCopy] })),
      backupSucceeded('r1', backup('cccc', { startedAt: 300, system: 'website' })),
    );
    const short = (filter: Parameters<typeof catalog.backups>[0]): readonly string[] =>
      catalog.backups(filter).map((record) => record.id.slice(0, 4));
    expect(short({})).toEqual(['cccc', 'bbbb', 'aaaa']);
    expect(short({ system: 'orders' })).toEqual(['bbbb', 'aaaa']);
    expect(short({ storage: 'second' })).toEqual(['bbbb']);
    expect(short({ until: 200 })).toEqual(['bbbb', 'aaaa']);
    expect(short({ system: 'orders', limit: 1 })).toEqual(['bbbb']);
    expect(catalog.newest('orders')?.startedAt).toBe(200);
    expect(catalog.newest('nothing')).toBeUndefined();
    expect(catalog.newest('orders', { storage: 'second', type: 'full' })?.startedAt).toBe(200);
    expect(catalog.newest('orders', { storage: 'primary' })).toBeUndefined();
    expect(catalog.newest('orders', { type: 'differential' })).toBeUndefined();
  });

  test('measures by the newest that succeeded, and counts failures in a row', () => {
    const journal = openState(temporaryFolder());
    const { catalog } = journal;
    journal.append(
      backupSucceeded('r1', backup('aaaa', { startedAt: 100, finishedAt: 150 })),
      {
        ...backupSucceeded('r1', backup('bbbb', { startedAt: 200, finishedAt: 900, status: 'partial' })),
        type: 'backup.partial',
      } as MusterEvent,
      backupFailed('r2'),
      backupFailed('r3'),
      backupFailed('r3', 'website'),
    );
    expect(catalog.measuredBackup('orders')).toBe(50);
    expect(catalog.failuresInARow('orders')).toBe(2);
    journal.append(backupSucceeded('r4', backup('cccc', { startedAt: 10, finishedAt: 11 })));
    expect(catalog.failuresInARow('orders')).toBe(0);
    expect(catalog.failuresInARow('website')).toBe(1);
  });

  test('takes no simulated run as a proof', () => {
    const journal = openState(temporaryFolder());
    const { catalog } = journal;
    const restored = {
      type: 'restore.finished',
      at: 5,
      system: 'orders',
      backup: 'a',
      status: 'succeeded',
      proven: true,
      durationMs: 7,
    } as const;
    journal.append(runStarted('sim', { mode: 'simulate' }), { ...restored, run: 'sim' });
    expect(catalog.lastProvenRestore('orders')).toBeUndefined();
    expect(catalog.measuredRestore('orders')).toBeUndefined();
    journal.append(runStarted('real'), { ...restored, run: 'real' });
    expect(catalog.lastProvenRestore('orders')).toBe(5);
    expect(catalog.measuredRestore('orders')).toBe(7);
  });
});
