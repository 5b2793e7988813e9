import type { MessageValues } from './template/message.ts';

const startedAt = Date.UTC(2026, 10, 20, 3, 12, 30);
const minute = 60_000;

/** Realistic values for every variable of messages: validation renders each message of a plan with them. */
export function sampleMessageContext(audience = 'operations', setNames: readonly string[] = []): MessageValues {
  return {
    plan: { name: 'shop', timezone: 'Europe/Berlin' },
    audience,
    ...sampleRecovery,
    system: { name: 'orders', description: 'orders of the shop', tier: 'critical', priority: 1 },
    backup: sampleBackup,
    event: {
      type: 'backup.failed',
      at: startedAt + 2 * minute,
      step: 'orders',
      status: 'failed',
      detail: 'one file could not be read',
      level: 'standard',
      score: 40,
      passed: false,
      error: { code: 'storage-full', message: 'the storage target primary is full', hint: 'Free some space.' },
    },
    set: Object.fromEntries(setNames.map((name) => [name, `the ${name}`])),
  };
}

const sampleRecovery: Pick<MessageValues, 'incident' | 'run' | 'systems' | 'recovery'> = {
  incident: { type: 'data-loss', details: 'the disk of the server is dead', startedAt },
  run: {
    id: '20261120T031500Z-7f3a9c',
    kind: 'recover',
    name: 'rebuild',
    title: 'Rebuild the shop from its backups',
    status: 'running',
    mode: 'execute',
    reason: 'the disk of the server is dead',
    by: 'ada@control',
    startedAt,
    finishedAt: startedAt + 35 * minute,
    duration: 35 * minute,
  },
  systems: ['configuration', 'orders', 'website'],
  recovery: {
    completed: 2,
    total: 7,
    percent: 28,
    elapsed: 12 * minute,
    estimate: 40 * minute,
    rto: 120 * minute,
    rpo: 360 * minute,
    dataLoss: 42 * minute,
    restoredTo: startedAt - 42 * minute,
  },
};

const sampleBackup: MessageValues['backup'] = {
  id: 'd0c3a1f29b7e4c5586aa10c4f7f1be77a4c8a3d1f8f2b95d4a7e3b0c6d1e2f30',
  system: 'orders',
  type: 'incremental',
  status: 'succeeded',
  startedAt: startedAt - 42 * minute,
  finishedAt: startedAt - 40 * minute,
  files: 1204,
  bytesTotal: 5_368_709_120,
  bytesRead: 104_857_600,
  bytesStored: 12_582_912,
  storage: ['primary', 'second'],
};
