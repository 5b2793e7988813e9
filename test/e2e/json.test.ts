import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { muster, musterJson } from './muster.ts';
import { makeShopForFile, type Shop } from './shop.ts';

/* What scripts rely on: the documents of `--json`, their names and their units. Fields may be added, never renamed. */

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)$/) as unknown;
const number = expect.any(Number) as unknown;
const string = expect.any(String) as unknown;
const id = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
const runId = expect.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/) as unknown;
const verdict = expect.stringMatching(/^(met|at-risk|violated|unknown)$/) as unknown;

interface Backups {
  readonly backups: readonly { readonly id: string; readonly system: string; readonly run: string }[];
}

let shop: Shop;
let made: Backups;
const json = <T>(...args: readonly string[]): Promise<T> => musterJson<T>(args, { cwd: shop.folder });

beforeAll(async () => {
  shop = await makeShopForFile(20);
  made = await json<Backups>('backup', '--all');
});

const backup = {
  id,
  system: string,
  source: expect.stringMatching(/^(files|sqlite)$/) as unknown,
  type: 'full',
  schedule: null,
  status: 'succeeded',
  startedAt: instant,
  finishedAt: instant,
  bytesRead: number,
  bytesStored: number,
  files: number,
  storage: [
    { name: 'primary', status: 'stored' },
    { name: 'second', status: 'stored' },
  ],
};

describe('plans', () => {
  test('validate', async () => {
    expect(await json('validate')).toEqual({ valid: true, diagnostics: [] });
  });

  test('schedule: the offset is that of the schedule, the order that of time', async () => {
    const { executions } = await json<{ executions: readonly { at: string }[] }>(
      'schedule',
      '--from',
      '2026-03-28',
      '--until',
      '2026-03-30',
    );
    expect(executions[0]).toMatchObject({ at: instant, system: string, schedule: 'frequent', type: 'incremental' });
    expect(executions[0]?.at).toBe('2026-03-28T00:00:00+01:00');
    expect(executions.at(-1)?.at).toMatch(/^2026-03-29T.*\+02:00$/);
    const times = executions.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('preview: lengths of time are seconds', async () => {
    const { objectives, retention, executions } = await json<Record<string, readonly unknown[]>>(
      'preview',
      '--from',
      '2026-11-20',
      '--for',
      '24h',
    );
    expect(executions).toHaveLength(18);
    expect(retention?.[0]).toMatchObject({
      backup: id,
      system: string,
      action: 'keep',
      reasons: expect.arrayContaining([string]) as unknown,
    });
    expect(objectives?.[0]).toMatchObject({
      system: 'configuration',
      rpo: { target: 21_600, worst: number, verdict },
      rto: { target: 3600, estimate: number, verdict },
      copies: { target: 2, verdict },
      proof: { target: 2_592_000, age: null, verdict },
    });
  });

  test('graph', async () => {
    expect(await json('graph')).toEqual({
      order: [['configuration'], ['orders'], ['website']],
      criticalPath: ['configuration', 'orders', 'website'],
      estimateSeconds: 480,
    });
  });
});

describe('backups', () => {
  test('backup: each system in its order', () => {
    expect(made).toMatchObject({ run: runId, status: 'succeeded', backups: [backup, backup, backup] });
    expect(made.backups.map(({ system }) => system)).toEqual(['configuration', 'orders', 'website']);
  });

  test('backup --dry-run', async () => {
    const { steps } = await json<{ steps: readonly unknown[] }>('backup', 'orders', '--dry-run');
    expect(steps).toMatchObject([{ id: 'backup/orders', kind: 'backup', title: string, needs: [] }]);
  });

  test('backups: the same shape, newest first', async () => {
    const { backups } = await json<Backups>('backups');
    expect(backups).toMatchObject([backup, backup, backup]);
    expect(backups.map((one) => one.id)).toEqual(made.backups.map((one) => one.id).toReversed());
    expect(await json<Backups>('backups', 'orders', '--limit', '1')).toMatchObject({ backups: [{ system: 'orders' }] });
  });

  test('show and files', async () => {
    const [first] = made.backups;
    expect(await json('show', first?.id.slice(0, 8) ?? '')).toMatchObject(backup);
    const path = join(shop.data, 'etc/shop.conf');
    expect(await json('files', first?.id ?? '', path)).toEqual({
      files: [{ path, type: 'file', size: 40, mode: '0600', modifiedAt: instant, uid: number, gid: number }],
    });
  });

  test('verify', async () => {
    expect(await json('verify', '--system', 'orders')).toMatchObject({
      run: runId,
      status: 'succeeded',
      results: [
        {
          backup: id,
          level: 'standard',
          score: 1,
          passed: true,
          checks: expect.arrayContaining([{ name: 'snapshot', passed: true, detail: string }]) as unknown,
          error: null,
        },
      ],
    });
  });
});

describe('what is brought back', () => {
  test('restore', async () => {
    const to = join(shop.folder, 'restored');
    const check = await json('restore', 'configuration', '--to', to, '--dry-run');
    expect(check).toMatchObject({ steps: [{ kind: 'restore' }], findings: [{ findings: [{ severity: 'ok' }] }] });
    expect(await json('restore', 'configuration', '--to', to)).toMatchObject({
      run: runId,
      status: 'succeeded',
      backup: id,
      backupStatus: 'succeeded',
      files: 22,
      bytes: number,
      recoveredTo: to,
      missing: [],
      errors: [],
    });
  });

  test('recover, simulated and executed', async () => {
    const step = { id: string, title: string, kind: string, status: 'succeeded', attempts: number, error: null };
    const simulated = await json<{ steps: readonly unknown[] }>('recover', 'rebuild');
    expect(simulated).toMatchObject({ run: runId, mode: 'simulate', status: 'succeeded', rto: { achieved: null } });
    expect(simulated.steps[0]).toMatchObject(step);
    await rm(shop.data, { recursive: true });
    const executed = await json<{ steps: readonly unknown[] }>('recover', 'rebuild', '--execute');
    expect(executed).toMatchObject({
      mode: 'execute',
      status: 'succeeded',
      declaredAt: instant,
      verifiedAt: instant,
      rto: { target: 7200, achieved: number, verdict: 'met' },
      rpo: { target: 21_600, achieved: number, verdict: 'met' },
      systems: [{ name: 'configuration', backup: id, restoredAt: instant, tookSeconds: number, proven: true }, {}, {}],
      notTested: expect.any(Array) as unknown,
    });
    expect(executed.steps[0]).toMatchObject({ ...step, startedAt: instant, finishedAt: instant, attempts: 1 });
  });
});

describe('what is on record', () => {
  test('runs: newest first, and one in full', async () => {
    const { runs } = await json<{ runs: readonly { id: string; kind: string; startedAt: string }[] }>('runs');
    const run = { id: runId, kind: string, name: string, status: 'succeeded', startedAt: instant, finishedAt: instant };
    expect(runs.at(-1)).toMatchObject({ ...run, kind: 'backup', reason: null });
    const starts = runs.map((one) => one.startedAt);
    expect(starts).toEqual(starts.toSorted().toReversed());
    const whole = await json<{ events: readonly { type: string }[] }>('runs', runs.at(-1)?.id ?? '');
    expect(whole).toMatchObject({ steps: [{ id: 'backup/configuration' }, {}, {}] });
    expect(whole.events.find(({ type }) => type === 'backup.succeeded')).toMatchObject({ at: instant, backup });
  });

  test('status', async () => {
    expect(await json('status')).toMatchObject({
      at: instant,
      systems: [
        {
          name: 'configuration',
          tier: 'important',
          lastBackup: instant,
          nextBackup: instant,
          rpo: { target: 21_600, age: number, verdict: 'met' },
          state: 'ok',
        },
        {},
        {},
      ],
      storage: [{ name: 'primary', used: number, capacity: 10_737_418_240 }, { name: 'second' }],
      alerts: [],
    });
  });

  test('notify, rendered and sent', async () => {
    const args = ['notify', 'recovery-started', '--to', 'team'];
    const text = { audience: 'team', channels: ['log'], subject: string, text: string };
    expect(await json(...args, '--dry-run')).toMatchObject({ messages: [text] });
    expect(await json(...args)).toMatchObject({
      run: runId,
      status: 'succeeded',
      deliveries: [{ message: 'recovery-started', audience: 'team', channel: 'log', status: 'sent', at: instant }],
      error: null,
    });
  });
});

describe('errors are one document too, with their exit code', () => {
  test.each([
    ['usage', 2, ['backup']],
    ['usage', 2, ['backup', '--nonsense']],
    ['usage', 2, ['nonsense']],
    ['usage', 2, []],
    ['usage', 2, ['runs', '--limit', '-1']],
    ['usage', 2, ['restore', 'orders', '--to', 'x', '--at', 'yesterday']],
    ['unknown-system', 2, ['backup', 'nonsense']],
    ['unknown-runbook', 2, ['recover', 'nonsense']],
    ['bad-params', 2, ['recover', 'rebuild', '--param', 'nonsense=1']],
    ['unreadable', 2, ['--plan', 'nonsense', 'validate']],
    ['backup-missing', 1, ['show', 'feedfeed']],
    ['backup-missing', 1, ['files', 'feedfeed']],
    ['no-backup', 1, ['restore', 'orders', '--to', 'x', '--at', '2020-01-01']],
  ] as const)('%s, %i: muster %j', async (code, exitCode, args) => {
    const called = await muster([...args, '--json'], { cwd: shop.folder });
    expect(called.exitCode).toBe(exitCode);
    const document = JSON.parse(called.stdout) as object;
    const error = { code, message: string, hint: string };
    expect(document).toMatchObject(code === 'unreadable' ? { valid: false, diagnostics: [error] } : { error });
  });
});
