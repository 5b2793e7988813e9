import type { BackupRecord } from '../../src/base/backup.ts';
import type { Channel, Message, Route } from '../../src/plan/model/message.ts';
import type { Plan } from '../../src/plan/model/plan.ts';
import type { Runbook } from '../../src/plan/model/runbook.ts';
import type { System } from '../../src/plan/model/system.ts';

const at = { file: '/plan/muster.yaml', line: 7, column: 1 };

function named<T extends { readonly name: string }>(...items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

function system(name: string, tier: string): System {
  return {
    name,
    at,
    description: `the ${name}`,
    tier,
    priority: 1,
    needs: [],
    source: undefined,
    storage: undefined,
    retention: undefined,
    schedules: [],
    objectives: { rto: undefined, rpo: undefined, proof: undefined, copies: undefined },
    verify: undefined,
    probes: [],
    recovery: { estimate: undefined, runbook: undefined },
  };
}

const step = {
  at,
  title: undefined,
  needs: undefined,
  when: undefined,
  timeout: undefined,
  retry: { limit: 0, interval: 1000, backoff: 1 },
  verify: [],
};

const rebuild: Runbook = {
  name: 'rebuild',
  at,
  title: 'Rebuild the shop',
  description: undefined,
  incident: 'data-loss',
  objectives: { rto: 7_200_000, rpo: 21_600_000 },
  params: new Map(),
  steps: [{ ...step, id: 'recover', kind: 'recover', systems: ['orders'], moment: { kind: 'latest' } }],
};

export function message(name: string, text: Readonly<Record<string, string>>, subject = `subject of ${name}`): Message {
  return { name, at, severity: 'high', subject, text: new Map(Object.entries(text)) };
}

export function route(on: string, fields: Partial<Route> = {}): Route {
  return { at, on, message: 'backup-failed', audiences: ['team'], repeat: undefined, ...fields };
}

export interface PlanParts {
  readonly channels: readonly Channel[];
  readonly messages?: readonly Message[];
  readonly routes?: readonly Route[];
}

/** A plan with the audiences `team` (on every channel, with two contacts) and `customers` (on the first channel). */
export function planWith({ channels, messages = [], routes = [] }: PlanParts): Plan {
  const [first] = channels;
  return {
    files: [at.file],
    sources: { entry: at.file, texts: new Map() },
    folder: '/plan',
    hash: '0'.repeat(64),
    name: 'shop',
    timezone: 'Europe/Berlin',
    keys: new Map(),
    storage: new Map(),
    retention: new Map(),
    tiers: new Map(),
    systems: named(system('orders', 'critical'), system('website', 'standard')),
    probes: new Map(),
    actions: new Map(),
    runbooks: named(rebuild),
    channels: named(...channels),
    contacts: named(
      { name: 'owner', at, primary: 'owner@shop.example' },
      { name: 'ada', at, primary: 'ada@shop.example' },
    ),
    audiences: named(
      { name: 'team', at, channels: channels.map(({ name }) => name), contacts: ['owner', 'ada'] },
      { name: 'customers', at, channels: first ? [first.name] : [], contacts: [] },
    ),
    messages: named(...messages),
    routes,
  };
}

export function backupRecord(fields: Partial<BackupRecord> = {}): BackupRecord {
  return {
    id: 'b'.repeat(64),
    system: 'orders',
    source: 'sqlite',
    type: 'full',
    schedule: undefined,
    status: 'succeeded',
    run: 'run-0',
    startedAt: 1000,
    finishedAt: 2000,
    bytesRead: 10,
    bytesTotal: 20,
    bytesStored: 5,
    files: 1,
    storage: [
      { name: 'primary', snapshot: 'b'.repeat(64), status: 'stored' },
      { name: 'second', snapshot: '', status: 'failed' },
    ],
    manifest: {},
    ...fields,
  };
}
