import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BackupRecord } from '../../src/base/backup.ts';
import { MusterError } from '../../src/base/error.ts';
import type { SourceDefinition } from '../../src/plan/model/system.ts';
import type { BackupExecution } from '../../src/schedule/execution.ts';
import { backupStep } from '../../src/steps/backup.ts';
import type { ActionOf, StepContext, StepOutcome } from '../../src/steps/handler.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { samplePlan, sampleStorage, sampleSystem } from '../sample-plan.ts';
import { makeVault } from '../sources/round-trip.ts';
import { contextOf } from './context.ts';

/** A shop with a website and a database, two storage targets with real vaults, and a memory of its backups. */
export interface Shop {
  readonly folder: string;
  readonly www: string;
  readonly database: string;
  readonly context: StepContext;
  /** Opens the vault of a target; makes it at first. */
  vault(name: string): Promise<Vault>;
  backUp(parts?: Partial<BackupExecution>): Promise<StepOutcome>;
  /** As `backUp`, when it must give a backup. */
  record(parts?: Partial<BackupExecution>): Promise<BackupRecord>;
  end(): Promise<void>;
}

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };

export function openShop(sources: Record<string, SourceDefinition> = {}): Shop {
  const folder = mkdtempSync(join(tmpdir(), 'muster-shop-'));
  const [www, database] = [join(folder, 'www'), join(folder, 'orders.db')];
  fill(folder, www, database);
  const vaults = new Map<string, Promise<Vault>>();
  const backups: BackupRecord[] = [];
  const vault: StepContext['vault'] = async (name, options) => await vaultAt(vaults, folder, name, options);
  const context = contextOf({
    plan: planOf(folder, { website: files([www]), orders: { type: 'sqlite', at, path: database }, ...sources }),
    vault,
    newestBackup: (system, filter = {}) => backups.findLast((backup) => isMeant(backup, { ...filter, system })),
    scratch: async () => join(folder, 'scratch'),
  });
  const backUp = async (parts: Partial<BackupExecution> = {}): Promise<StepOutcome> => {
    const outcome = await backupStep.execute(backupAction(parts), context);
    if (outcome.facts.kind === 'backup' && outcome.facts.backup !== undefined) backups.push(outcome.facts.backup);
    return outcome;
  };
  return {
    folder,
    www,
    database,
    context,
    backUp,
    vault: (name) => vault(name, { create: true }),
    record: async (parts) => recordOf(await backUp(parts)),
    end: async () => {
      for (const opened of vaults.values()) await (await opened).close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As the catalog chooses. */
function isMeant(backup: BackupRecord, { system, type, storage }: { system: string; type?: string; storage?: string }) {
  return (
    backup.system === system &&
    (type === undefined || backup.type === type) &&
    (storage === undefined || backup.storage.some(({ name, status }) => name === storage && status === 'stored'))
  );
}

export function files(paths: readonly string[], exclude: readonly string[] = []): SourceDefinition {
  return { type: 'files', at, paths, exclude, allowEmpty: false };
}

export function backupAction(parts: Partial<BackupExecution> = {}): ActionOf<'backup'> {
  const execution: BackupExecution = {
    at: 0,
    timezone: 'UTC',
    system: 'website',
    schedule: 'nightly',
    type: 'incremental',
    to: 'primary',
    copies: [],
    verify: undefined,
    priority: 1,
    timeout: undefined,
    retry: { limit: 0, interval: 0, backoff: 1 },
    ...parts,
  };
  return { kind: 'backup', execution };
}

export function recordOf({ facts, error }: StepOutcome): BackupRecord {
  if (facts.kind === 'backup' && facts.backup !== undefined) return facts.backup;
  throw new Error(`no backup was made: ${error?.message}`);
}

/** Spoils every pack of a vault, as a dying disk does; its lists stay whole. */
export function spoilPacks({ folder }: Shop, storage: string): void {
  const data = join(folder, storage, 'data');
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' }))
    if (name.length === 67) writeFileSync(join(data, name), Buffer.alloc(5000, 7));
}

/** Takes away the largest pack. Where a large file is in the backup, that is the one with the content of files. */
export function removeLargestPack({ folder }: Shop, storage: string): void {
  const data = join(folder, storage, 'data');
  const packs = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => name.length === 67);
  const [largest = ''] = packs.sort((a, b) => statSync(join(data, b)).size - statSync(join(data, a)).size);
  rmSync(join(data, largest));
}

function fill(folder: string, www: string, database: string): void {
  for (const name of [www, join(www, 'img'), join(folder, 'scratch')]) mkdirSync(name);
  writeFileSync(join(www, 'index.html'), '<h1>shop</h1>');
  writeFileSync(join(www, 'img/logo.svg'), '<svg/>'.repeat(1000));
  using made = new DatabaseSync(database);
  made.exec("create table orders (item text); insert into orders values ('a'), ('b'), ('c')");
}

function planOf(folder: string, sources: Record<string, SourceDefinition>): StepContext['plan'] {
  return samplePlan({
    storage: ['primary', 'second'].map((name) => sampleStorage(name, { path: join(folder, name) })),
    systems: Object.entries(sources).map(([name, source]) => sampleSystem(name, { source })),
  });
}

async function vaultAt(
  vaults: Map<string, Promise<Vault>>,
  folder: string,
  name: string,
  options: { readonly create?: boolean } = {},
): Promise<Vault> {
  const known = vaults.get(name);
  if (known !== undefined) return await known;
  if (name === 'unreachable') throw new MusterError('unreachable does not answer', { code: 'storage-unreachable' });
  if (options.create !== true) throw new MusterError(`${name} holds no vault`, { code: 'vault-missing' });
  const made = makeVault(join(folder, name));
  vaults.set(name, made);
  return await made;
}
