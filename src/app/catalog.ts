import type { BackupRecord } from '../base/backup.ts';
import type { BytePath } from '../base/capture.ts';
import { messageOf, MusterError } from '../base/error.ts';
import type { BackupFilter, RunRecord } from '../journal/journal.ts';
import { storageOf } from '../order/choose-backup.ts';
import type { Entry, Vault } from '../vault/vault.ts';
import { named } from './named.ts';
import type { State } from './state.ts';

/** Backups of a system that the plan no longer has are listed too; a name that nobody ever knew is refused. */
export function listBackups(state: State, filter: BackupFilter = {}): readonly BackupRecord[] {
  const { system, storage } = filter;
  const backups = state.catalog().backups(filter);
  if (backups.length === 0 && system !== undefined) named(state.plan.systems, system, 'system');
  if (backups.length === 0 && storage !== undefined) named(state.plan.storage, storage, 'storage');
  return backups;
}

export function backupOf(state: State, id: string): BackupRecord {
  const backup = state.catalog().find(id);
  if (backup) return backup;
  throw new MusterError(`there is no backup ${id}`, { code: 'backup-missing', hint: 'muster backups lists them.' });
}

export function runOf(state: State, id: string): RunRecord {
  const run = state.hasJournal() ? state.journal().run(id) : undefined;
  if (run) return run;
  throw new MusterError(`there is no run ${id}`, { code: 'run-missing', hint: 'muster runs lists them.' });
}

export async function* filesOf(state: State, id: string, path: BytePath | undefined): AsyncIterable<Entry> {
  const backup = backupOf(state, id);
  const { vault, snapshot } = await firstVault(state, backup);
  yield* vault.entries(snapshot, path);
}

/** The first target that can be read. */
async function firstVault(
  state: State,
  backup: BackupRecord,
): Promise<{ readonly vault: Vault; readonly snapshot: string }> {
  const faults: string[] = [];
  for (const name of storageOf(state.plan, backup)) {
    try {
      const vault = await state.vaults.open(name, { purpose: 'files' });
      const snapshot = backup.storage.find((copy) => copy.name === name)?.snapshot ?? backup.id;
      return { vault, snapshot: (await vault.snapshot(snapshot)).id };
    } catch (error) {
      faults.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new MusterError(`backup ${backup.id.slice(0, 8)} can't be read from any storage target: ${faults.join('; ')}`, {
    code: 'no-copy',
    hint: 'Check the storage targets with muster status.',
  });
}
