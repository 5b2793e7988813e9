import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { status, type StatusReport, type SealedState, type SystemState } from '../../src/observe/status.ts';
import { renderStatus } from '../../src/observe/text/status.ts';
import type { System } from '../../src/plan/model/system.ts';
import type { StorageOutlook } from '../../src/observe/outlook.ts';
import { cronSchedule, everySchedule, sampleBackup, samplePlan, sampleStorage, sampleSystem } from '../sample-plan.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('state', () => {
  const hourly = { schedules: [everySchedule('hourly', hour)] };

  test('overdue: a due time has passed without a backup since, with a tenth of the period to spare', () => {
    expect(stateOf(hourly, { newest: backupAt(now - hour) }, now + 6 * minute - 1)).toBe('ok');
    expect(stateOf(hourly, { newest: backupAt(now - hour) }, now + 6 * minute)).toBe('overdue');
    expect(stateOf(hourly, { newest: backupAt(now) }, now + 59 * minute)).toBe('ok');
  });

  test('a backup may take as long as the last one did', () => {
    const state = { newest: backupAt(now - hour), measuredBackupMs: 20 * minute };
    expect([25, 26].map((minutes) => stateOf(hourly, state, now + minutes * minute))).toEqual(['ok', 'overdue']);
  });

  test('five minutes at least: a dead scheduler of every minute is noticed after six', () => {
    const often = { schedules: [everySchedule('often', minute)] };
    expect([4, 5, 6].map((minutes) => stateOf(often, { newest: backupAt(now) }, now + minutes * minute))).toEqual([
      'ok',
      'ok',
      'overdue',
    ]);
  });

  test('a scheduler that died long ago is overdue at any time of the period', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 * day }), (after) => {
        expect(stateOf(hourly, { newest: backupAt(now - 2 * hour) }, now + after)).toBe('overdue');
      }),
    );
  });

  test('failing comes before never and overdue', () => {
    expect(stateOf(hourly, { failuresInARow: 2 })).toBe('failing');
    expect(stateOf(hourly, {})).toBe('never');
    expect(stateOf({ schedules: [] }, { newest: backupAt(now - 900 * day) })).toBe('ok');
    expect(stateOf({ source: undefined, storage: undefined }, {})).toBe('ok');
  });

  test('any of several schedules can be missed', () => {
    const schedules = [cronSchedule('weekly', '0 3 * * 5'), cronSchedule('monthly', '0 0 1 * *')];
    const system = report({ schedules }, { newest: backupAt(now - 2 * day) }, now).systems[0];
    expect(system).toMatchObject({ state: 'ok' });
    const later = report({ schedules }, { newest: backupAt(now - 2 * day) }, now + day).systems[0];
    expect(later).toMatchObject({
      state: 'overdue',
      reasons: ['schedule weekly was due 1d 7h ago, and there is no backup since'],
    });
    expect(later?.nextBackup).toBe(Date.parse('2026-11-27T03:00:00Z'));
  });
});

describe('rpo now', () => {
  test('is the age of the newest backup', () => {
    expect(rpoOf(2, 6 * hour)).toMatchObject({ target: 6 * hour, age: 2 * hour, verdict: 'met' });
    expect(rpoOf(5, 6 * hour)).toMatchObject({ verdict: 'at-risk' });
    expect(rpoOf(7, 6 * hour)).toMatchObject({ verdict: 'violated' });
    expect(rpoOf(undefined, 6 * hour)).toMatchObject({ age: undefined, verdict: 'violated' });
    expect(rpoOf(7, undefined)).toMatchObject({ verdict: 'unknown' });
  });
});

describe('storage', () => {
  test('is compared with its capacity', () => {
    const storage = [
      sampleStorage('a', { capacity: 1000 }),
      sampleStorage('b', { capacity: 1000 }),
      sampleStorage('c', { capacity: 1000 }),
      sampleStorage('d'),
    ];
    const used: Readonly<Record<string, number>> = { a: 800, b: 801, c: 1001, d: 5 };
    const facts = { system: () => ({}), outlook: (name: string) => outlook(used[name]) };
    const found = status(samplePlan({ storage }), facts, now).storage;
    expect(found.map(({ verdict, fraction }) => [verdict, fraction])).toEqual([
      ['met', 0.8],
      ['at-risk', 0.801],
      ['violated', 1.001],
      ['unknown', undefined],
    ]);
  });
});

describe('text', () => {
  test('targets that lack the sealed catalog, or can keep none', () => {
    const storage = ['fine', 'away', 'never', 'rest', 'unknown'].map((name) => sampleStorage(name));
    const known: Readonly<Record<string, SealedState>> = {
      fine: { kept: true, at: now - hour, runsBehind: 0, fault: undefined },
      away: { kept: true, at: now - 2 * hour, runsBehind: 2, fault: 'no answer' },
      never: { kept: true, at: undefined, runsBehind: 1, fault: 'no room' },
      rest: { kept: false, at: undefined, runsBehind: 0, fault: undefined },
    };
    const facts = { system: () => ({}), outlook: () => outlook(5), sealed: (name: string) => known[name] };
    const text = renderStatus(status(samplePlan({ storage }), facts, now), 'UTC');
    expect(text.split('\n').slice(-3)).toEqual([
      'away: the sealed catalog is 2h old, 2 runs behind: no answer',
      'never: the sealed catalog never came there, 1 run behind: no room',
      "rest can't keep plan and catalog: another storage target has to",
    ]);
  });

  test('a table of systems, one of storage, and what is not well', () => {
    const objectives = { rto: undefined, rpo: 6 * hour, proof: 30 * day, copies: undefined };
    const systems = [
      sampleSystem('orders', { tier: 'important', objectives, schedules: [everySchedule('frequent', 4 * hour)] }),
      sampleSystem('mail', { schedules: [everySchedule('daily', day)] }),
    ];
    const storage = [sampleStorage('primary', { capacity: 10 * 2 ** 30, location: 'server-room' })];
    const facts = {
      system: (name: string): SystemState =>
        name === 'orders'
          ? { newest: backupAt(now - 7 * hour), firstBackupAt: now - 40 * day, lastVerifiedAt: now - day }
          : {},
      outlook: () => outlook(3 * 2 ** 30),
    };
    const text = renderStatus(status(samplePlan({ systems, storage }), facts, now), 'Europe/Berlin');
    expect(text)
      .toBe(`SYSTEM  TIER       STATE    LAST BACKUP                 RPO NOW             NEXT DUE                    VERIFIED                    PROVEN RESTORE
orders  important  overdue  2026-11-20 04:00:00 +01:00  7h of 6h, violated  2026-11-20 13:00:00 +01:00  2026-11-19 11:00:00 +01:00  –
mail    –          never    –                           –                   2026-11-21 01:00:00 +01:00  –                           –

STORAGE  LOCATION     USED                        VERDICT
primary  server-room  3.0 GiB of 10.0 GiB (30 %)  met

orders: schedule frequent was due 2h ago, and there is no backup since
orders: no restore of it has been proven yet, and its first backup is 40d old
mail: there is no backup of it`);
  });

  test('colours words without moving columns', () => {
    const paint = {
      good: (text: string) => `\u001B[32m${text}\u001B[39m`,
      doubtful: (text: string) => text,
      bad: (text: string) => text,
    };
    const plan = samplePlan({
      systems: [sampleSystem('a'), sampleSystem('b', { source: undefined, storage: undefined })],
    });
    const painted = renderStatus(status(plan, { system: () => ({}), outlook: () => undefined }, now), 'UTC', paint);
    expect(stripVTControlCharacters(painted)).toBe(
      renderStatus(status(plan, { system: () => ({}), outlook: () => undefined }, now), 'UTC'),
    );
    expect(painted).toContain('\u001B[32mok\u001B[39m');
  });
});

test('5,000 systems', () => {
  const systems = Array.from({ length: 5000 }, (_, index) =>
    sampleSystem(`s${index}`, {
      schedules: [cronSchedule('daily', `${index % 60} ${index % 24} * * *`, { timezone: 'Europe/Berlin' })],
    }),
  );
  const facts = { system: () => ({ newest: backupAt(now - hour) }), outlook: () => undefined };
  expect(status(samplePlan({ systems }), facts, now).systems).toHaveLength(5000);
});

function outlook(used: number | undefined): StorageOutlook {
  return { used, measuredAt: now, growth: undefined, fullAt: undefined, cost: undefined };
}

function rpoOf(ageHours: number | undefined, target: number | undefined): unknown {
  const objectives = { rto: undefined, rpo: target, proof: undefined, copies: undefined };
  return report({ objectives }, ageHours === undefined ? {} : { newest: backupAt(now - ageHours * hour) }).systems[0]
    ?.rpo;
}

function stateOf(parts: Partial<System>, state: SystemState, at = now): string | undefined {
  return report(parts, state, at).systems[0]?.state;
}

function report(parts: Partial<System>, state: SystemState, at = now): StatusReport {
  return status(
    samplePlan({ systems: [sampleSystem('web', parts)] }),
    { system: () => state, outlook: () => undefined },
    at,
  );
}

function backupAt(at: number): SystemState['newest'] {
  return sampleBackup('web', at);
}
