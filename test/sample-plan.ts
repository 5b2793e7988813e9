import type { BackupRecord } from '../src/base/backup.ts';
import type { Plan } from '../src/plan/model/plan.ts';
import type { LocalStorage, Storage, StorageCommon } from '../src/plan/model/storage.ts';
import type { Retention, Schedule, System } from '../src/plan/model/system.ts';

/** Resolved plans for tests of pure code, without files: what a test does not mention is empty. */

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };
const retry = { limit: 0, interval: 0, backoff: 1 };

export function samplePlan(
  parts: Partial<Omit<Plan, 'systems' | 'storage' | 'retention'>> & {
    readonly systems?: readonly System[];
    readonly storage?: readonly Storage[];
    readonly retention?: readonly Retention[];
  },
): Plan {
  const { systems = [], storage = [sampleStorage('primary')], retention = [], ...rest } = parts;
  return {
    files: [at.file],
    sources: { entry: at.file, texts: new Map() },
    folder: '/plan',
    hash: 'ab'.repeat(32),
    name: 'sample',
    timezone: 'UTC',
    keys: new Map(),
    tiers: new Map(),
    probes: new Map(),
    actions: new Map(),
    runbooks: new Map(),
    channels: new Map(),
    contacts: new Map(),
    audiences: new Map(),
    messages: new Map(),
    routes: [],
    ...rest,
    systems: byName(systems),
    storage: byName(storage),
    retention: byName(retention),
  };
}

export function sampleSystem(name: string, parts: Partial<System> = {}): System {
  return {
    name,
    at,
    description: undefined,
    tier: undefined,
    priority: 100,
    needs: [],
    source: { type: 'files', at, paths: [`/srv/${name}`], exclude: [], allowEmpty: false },
    storage: { to: 'primary', copies: [] },
    retention: undefined,
    schedules: [],
    objectives: { rto: undefined, rpo: undefined, proof: undefined, copies: undefined },
    verify: undefined,
    probes: [],
    recovery: { estimate: undefined, runbook: undefined },
    ...parts,
  };
}

export function sampleStorage(name: string, parts: Partial<LocalStorage> = {}): LocalStorage {
  return { name, at, type: 'local', path: `/backup/${name}`, appendOnly: false, ...plainStorage, ...parts };
}

/** What every kind of storage target may state, left unstated. */
export const plainStorage: Omit<StorageCommon, 'name' | 'at'> = {
  capacity: undefined,
  location: undefined,
  tier: undefined,
  retention: undefined,
  limit: undefined,
  connections: undefined,
  retry: undefined,
  immutable: undefined,
  lifecycle: [],
  rebalance: undefined,
  price: undefined,
};

export function cronSchedule(name: string, expression: string, parts: Partial<Schedule> = {}): Schedule {
  return scheduleOf(name, { kind: 'cron', expression, authored: expression }, parts);
}

export function everySchedule(name: string, ms: number, parts: Partial<Schedule> = {}): Schedule {
  return scheduleOf(name, { kind: 'every', ms, authored: `${ms}ms` }, parts);
}

function scheduleOf(name: string, when: Schedule['when'], parts: Partial<Schedule>): Schedule {
  const own = { timezone: 'UTC', to: undefined, retention: undefined, timeout: undefined, retry };
  return { name, at, backup: 'incremental', when, ...own, ...parts };
}

export function sampleRetention(name: string, keep: Retention['keep'], minimum = 1): Retention {
  return { name, at, keep, minimum };
}

export function sampleBackup(system: string, startedAt: number, parts: Partial<BackupRecord> = {}): BackupRecord {
  return {
    id: startedAt.toString(16).padStart(64, '0'),
    system,
    source: 'files',
    type: 'incremental',
    schedule: undefined,
    status: 'succeeded',
    run: 'run',
    startedAt,
    finishedAt: startedAt + 60_000,
    bytesRead: 1000,
    bytesTotal: 1000,
    bytesStored: 500,
    files: 10,
    storage: [{ name: 'primary', snapshot: 'cd'.repeat(32), status: 'stored' }],
    manifest: {},
    ...parts,
  };
}

function byName<T extends { readonly name: string }>(values: readonly T[]): ReadonlyMap<string, T> {
  return new Map(values.map((value) => [value.name, value]));
}
