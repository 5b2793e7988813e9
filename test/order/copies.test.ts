import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackupRecord, StoredCopy } from '../../src/base/backup.ts';
import { isDue, missingCopies, planCopies, wantedFor } from '../../src/order/copy-plan.ts';
import { nearestFirst } from '../../src/order/nearest.ts';
import { judgeObjectives, type ObjectiveReport } from '../../src/order/objectives.ts';
import { judgeLag, type CopyLag } from '../../src/order/objectives/lag.ts';
import type { Plan } from '../../src/plan/model/plan.ts';
import type { SftpStorage, StorageTier } from '../../src/plan/model/storage.ts';
import type { Replication, System } from '../../src/plan/model/system.ts';
import { everySchedule, plainStorage, sampleBackup, samplePlan, sampleStorage, sampleSystem } from '../sample-plan.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const retry = { limit: 4, interval: minute, backoff: 2 };
const names = ['primary', 'office', 'cellar'] as const;

function batch(ms: number): Replication {
  return { mode: 'batch', when: { kind: 'every', ms, authored: '' }, timezone: 'UTC', retry };
}

function web(parts: Partial<System> = {}, replication?: Replication): System {
  return sampleSystem('web', { storage: { to: 'primary', copies: ['office', 'cellar'], replication }, ...parts });
}

function planOf(system: System): Plan {
  return samplePlan({ systems: [system], storage: names.map((name) => sampleStorage(name)) });
}

/** Made so long ago, and in these targets. */
function backup(age: number, storage: readonly string[], parts: Partial<BackupRecord> = {}): BackupRecord {
  const stored = storage.map((name): StoredCopy => ({ name, snapshot: `${name}${age}`, status: 'stored' }));
  return sampleBackup('web', now - age, { storage: stored, ...parts });
}

describe('copies that are missing', () => {
  test('are found for every target of the plan, the oldest first, with the others as sources', () => {
    const [old, young] = [backup(2 * hour, ['primary', 'office']), backup(hour, ['cellar'])];
    const missing = missingCopies(planOf(web()), { backups: [young, old], keeps });
    expect(missing).toEqual([
      { backup: old, storage: 'cellar', from: ['primary', 'office'] },
      { backup: young, storage: 'primary', from: ['cellar'] },
      { backup: young, storage: 'office', from: ['cellar'] },
    ]);
  });

  test('are none where nothing can give them, the plan does not know the system, or retention says no', () => {
    const plan = planOf(web());
    const waiting = backup(hour, [], { storage: [{ name: 'primary', snapshot: '', status: 'failed' }] });
    const foreign = backup(hour, ['primary'], { system: 'gone' });
    expect(missingCopies(plan, { backups: [waiting, foreign], keeps })).toEqual([]);
    const kept = missingCopies(plan, { backups: [backup(hour, ['primary'])], keeps: (_, name) => name === 'office' });
    expect(kept.map(({ storage }) => storage)).toEqual(['office']);
  });

  test('a schedule with a target of its own does not want the usual one', () => {
    const plan = planOf(web({ schedules: [everySchedule('yearly', 365 * day, { to: 'archive' })] }));
    expect(wantedFor(plan, backup(hour, [], { schedule: 'yearly' }))).toEqual(['archive', 'office', 'cellar']);
    expect(wantedFor(plan, backup(hour, []))).toEqual([...names]);
  });

  test('of a batch are due from the first time after the backup on, others at once', () => {
    const missing = { backup: backup(30 * minute, ['primary']), storage: 'office', from: ['primary'] };
    expect(isDue(planOf(web()), missing, now)).toBe(true);
    const plan = planOf(web({}, batch(hour)));
    expect(isDue(plan, missing, now - 10 * minute)).toBe(false);
    expect(isDue(plan, missing, now)).toBe(true);
    expect(isDue(plan, missing, now + 7 * day)).toBe(true);
  });

  test('become steps: one target after the other within itself, side by side with others, tried as the plan says', () => {
    const plan = planOf(web({}, batch(hour)));
    const backups = [backup(2 * hour, ['primary']), backup(hour, ['primary'])];
    const steps = planCopies(plan, missingCopies(plan, { backups, keeps }), () => 5000);
    expect(steps.map(({ after, needs }) => [after, needs])).toEqual([
      [[], []],
      [[], []],
      [[steps[0]?.id], []],
      [[steps[1]?.id], []],
    ]);
    expect(steps[0]).toMatchObject({ retry, estimate: { ms: 5000, from: 'measured' } });
  });

  test('are never asked of a target that holds the backup, nor from one that does not', () => {
    const copies = fc.subarray([...names]);
    const backups = fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), copies), { maxLength: 10 });
    fc.assert(
      fc.property(backups, (made) => {
        const records = made.map(([age, storage]) => backup(age * minute, storage));
        const missing = missingCopies(planOf(web()), { backups: records, keeps });
        for (const { backup: record, storage, from } of missing) {
          expect(holds(record, storage)).toBe(false);
          expect(from.every((name) => holds(record, name))).toBe(true);
        }
        const wanted = records.reduce((sum, { storage }) => sum + (storage.length === 0 ? 0 : 3 - storage.length), 0);
        expect(missing).toHaveLength(wanted);
        const ages = missing.map(({ backup: { startedAt } }) => startedAt);
        expect(ages).toEqual(ages.toSorted((a, b) => a - b));
      }),
    );
  });
});

function keeps(): boolean {
  return true;
}

function holds(record: BackupRecord, name: string): boolean {
  return record.storage.some((copy) => copy.name === name);
}

/** Of the first copy. */
function lagOf(backups: readonly BackupRecord[], rpo: number | undefined): CopyLag | undefined {
  const system = web({ objectives: { rto: undefined, rpo, proof: undefined, copies: undefined } });
  return judgeLag(planOf(system), { system, backups, now })[0];
}

/** On another machine. */
function remote(name: string, tier?: StorageTier): SftpStorage {
  const place = { host: 'backup.example', port: 22, user: 'muster', path: '/backup' };
  const access = { identity: undefined, passphrase: undefined, hostKey: undefined, knownHosts: undefined };
  return { ...plainStorage, name, at: sampleStorage(name).at, type: 'sftp', ...place, ...access, tier };
}

describe('the nearest copy', () => {
  test('is the hotter one, then the one on this machine, then the first in the plan', () => {
    const plan = samplePlan({
      storage: [
        remote('away'),
        remote('hot-away', 'hot'),
        sampleStorage('here'),
        sampleStorage('cold-here', { tier: 'cold' }),
        sampleStorage('also-here'),
      ],
    });
    expect(nearestFirst(plan, ['away', 'cold-here', 'also-here', 'hot-away', 'here'])).toEqual([
      'also-here',
      'here',
      'hot-away',
      'away',
      'cold-here',
    ]);
  });
});

describe('the lag of copies', () => {
  test('is how much older the newest backup there is than the newest that belongs there', () => {
    const backups = [backup(hour, ['primary']), backup(5 * hour, ['primary']), backup(9 * hour, ['primary', 'office'])];
    expect(lagOf(backups, 6 * hour)).toMatchObject({ lag: 8 * hour, age: 9 * hour, missing: 2, verdict: 'violated' });
    expect(lagOf(backups, 9 * hour)).toMatchObject({ verdict: 'at-risk' });
    expect(lagOf(backups, undefined)).toMatchObject({ verdict: 'unknown' });
    expect(lagOf(backups.slice(2), hour)).toMatchObject({ lag: 0, missing: 0, verdict: 'met' });
  });

  test('without any backup there counts from the first one', () => {
    const backups = [backup(hour, ['primary']), backup(9 * hour, ['primary'])];
    expect(lagOf(backups, 6 * hour)).toMatchObject({ lag: undefined, age: undefined, missing: 2, verdict: 'violated' });
    expect(lagOf(backups, 10 * hour)).toMatchObject({ verdict: 'at-risk' });
    expect(lagOf([], hour)).toMatchObject({ missing: 0, verdict: 'unknown' });
  });
});

describe('the rule 3-2-1-1-0', () => {
  const locked = { mode: 'compliance', for: 30 * day } as const;
  const storage = [
    sampleStorage('a', { location: 'here' }),
    sampleStorage('b', { location: 'there', immutable: locked }),
    sampleStorage('c', { location: 'here', immutable: locked }),
    sampleStorage('d'),
  ];
  const rule = (copies: readonly string[]): ObjectiveReport['copies'] | undefined =>
    judgeObjectives(samplePlan({ storage, systems: [sampleSystem('web', { storage: { to: 'a', copies } })] }), {
      now,
    })[0]?.copies;

  test('wants a third copy, one elsewhere, and one that cannot be changed', () => {
    expect(rule([])?.lacks).toEqual(['copies', 'offsite', 'immutable']);
    expect(rule(['b'])?.lacks).toEqual([]);
    expect(rule(['c'])).toMatchObject({ lacks: ['offsite'], immutable: ['c'], offsite: [] });
    expect(rule(['d'])?.lacks).toEqual(['offsite', 'immutable']);
  });
});

describe('the recovery point of copies', () => {
  test('counts the wait for the batch and the time that a copy takes', () => {
    expect(rpoWith({ mode: 'synchronous' }, 3 * hour)?.copies[0]).toMatchObject({ worst: 4 * hour, verdict: 'met' });
    expect(rpoWith({ mode: 'asynchronous', retry }, 3 * hour)?.copies[0]).toMatchObject({ worst: 7 * hour });
    expect(rpoWith(batch(6 * hour), hour)).toMatchObject({ verdict: 'met', copies: [{ worst: 11 * hour }, {}] });
  });

  test('puts the objective at risk when one of them alone would not keep it', () => {
    const rpo = rpoWith(batch(12 * hour), undefined);
    expect(rpo).toMatchObject({ worst: 4 * hour, verdict: 'at-risk', copies: [{ worst: 16 * hour }, {}] });
    expect(rpo?.reasons[0]).toBe('with only office left, up to 16h may be lost');
  });
});

function rpoWith(replication: Replication, copyMs: number | undefined): ObjectiveReport['rpo'] | undefined {
  const objectives = { rto: undefined, rpo: 12 * hour, proof: undefined, copies: undefined };
  const system = web({ schedules: [everySchedule('frequent', 4 * hour)], objectives }, replication);
  return judgeObjectives(planOf(system), { now, facts: () => ({ measuredCopyMs: () => copyMs }) })[0]?.rpo;
}
