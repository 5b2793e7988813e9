import { describe, expect, test } from 'vitest';
import { planOf } from '../temporary-plan.ts';

const head = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  primary: { type: local, path: /backup/primary }
  second: { type: local, path: /backup/second }
`;

describe('tiers', () => {
  const tiers = `${head}timezone: Asia/Kolkata
retention: { gfs: { keep: { daily: 7 } }, year: { keep: { within: 1y6mo } } }
tiers:
  important:
    priority: 5
    description: What matters.
    objectives: { rto: 1h, rpo: 6h }
    storage: { to: primary, copies: [second] }
    retention: gfs
    verify: { level: standard }
    compression: best
    schedules:
      frequent: { backup: incremental, every: 15m }
      weekly: { backup: full, cron: weekly }
`;

  test('a system without settings of its own has those of its tier', async () => {
    const plan = await planOf(
      `${tiers}systems:\n  a: { tier: important, source: { type: files, paths: [a] } }\n  b: { needs: [a] }\n`,
    );
    const system = plan.systems.get('a');
    expect(system).toMatchObject({
      tier: 'important',
      priority: 5,
      objectives: { rto: 3_600_000, rpo: 6 * 3_600_000, proof: undefined, copies: undefined },
      storage: { to: 'primary', copies: ['second'] },
      retention: 'gfs',
      compression: 'best',
      verify: 'standard',
    });
    expect(system?.schedules.map(({ name, when, timezone }) => [name, when, timezone])).toEqual([
      ['frequent', { kind: 'every', ms: 900_000, authored: '15m' }, 'Asia/Kolkata'],
      ['weekly', { kind: 'cron', expression: '0 0 * * 0', authored: 'weekly' }, 'Asia/Kolkata'],
    ]);
    expect(plan.tiers.get('important')).toMatchObject({ priority: 5, description: 'What matters.' });
  });

  test('objectives are replaced one by one, schedules by name, the rest whole', async () => {
    const plan = await planOf(`${tiers}systems:
  a:
    tier: important
    priority: 1
    source: { type: files, paths: [a], allowEmpty: true }
    objectives: { rto: 30m, copies: 2 }
    storage: { to: second }
    retention: year
    compression: off
    verify: { level: basic }
    schedules:
      weekly: { backup: incremental, every: 1w, timezone: Europe/Berlin, retry: { limit: 2 } }
      extra: { backup: full, cron: "0 30 4 * * 1", to: primary }
`);
    const system = plan.systems.get('a');
    expect(system).toMatchObject({
      priority: 1,
      objectives: { rto: 1_800_000, rpo: 6 * 3_600_000, copies: 2 },
      storage: { to: 'second', copies: [] },
      compression: 'off',
      retention: 'year',
      verify: 'basic',
    });
    expect(system?.schedules.map(({ name, backup }) => [name, backup])).toEqual([
      ['frequent', 'incremental'],
      ['weekly', 'incremental'],
      ['extra', 'full'],
    ]);
    expect(system?.schedules[1]).toMatchObject({
      timezone: 'Europe/Berlin',
      retry: { limit: 2, interval: 10_000, backoff: 1 },
    });
    expect(plan.retention.get('year')?.keep).toEqual({ within: { months: 18, ms: 0 } });
  });

  test('a system without a source takes part in recovery only', async () => {
    const plan = await planOf(
      `${tiers}systems:\n  a: { tier: important }\n  b: { tier: important, source: { type: files, paths: [b] } }\n`,
    );
    expect(plan.systems.get('a')).toMatchObject({
      source: undefined,
      storage: undefined,
      retention: undefined,
      schedules: [],
      priority: 5,
    });
  });

  test('the bundled ones work with the storage that they name', async () => {
    const text = head.replace('second', 'secondary');
    const plan = await planOf(`${text}extends: [muster:tiers/enterprise]
systems:
  a: { tier: critical, source: { type: files, paths: [a] } }
  b: { tier: archival, source: { type: files, paths: [b] } }
`);
    expect([...plan.tiers.keys()]).toEqual(['critical', 'important', 'standard', 'archival']);
    expect(plan.systems.get('a')?.storage).toEqual({
      to: 'primary',
      copies: ['secondary'],
      replication: { mode: 'synchronous' },
    });
  });

  test('an inherited tier that is not in use may name storage that there is not', async () => {
    const text = head.replace(/ {2}second.*\n/, '');
    const plan = await planOf(
      `${text}extends: [muster:tiers/enterprise]\nsystems:\n  a: { tier: standard, source: { type: files, paths: [a] } }\n`,
    );
    expect(plan.systems.get('a')?.retention).toBe('one-year');
  });
});
