import type { BackupRecord } from '../base/backup.ts';
import { MusterError } from '../base/error.ts';
import type { Vault } from '../vault/vault.ts';
import type { StepContext } from './handler.ts';

export interface StoredSnapshot {
  readonly storage: string;
  readonly vault: Vault;
  readonly snapshot: string;
  /** Of the vault, for people. */
  readonly description: string;
}

/** The snapshot of a backup in one storage target. Throws `copy-missing`, `snapshot-missing`, and what opening throws. */
export async function snapshotIn(
  storage: string,
  backup: BackupRecord,
  { vault: open }: Pick<StepContext, 'vault'>,
): Promise<StoredSnapshot> {
  const copy = backup.storage.find(({ name, status }) => name === storage && status === 'stored');
  if (copy === undefined) throw copyMissing(storage, backup);
  const vault = await open(storage);
  const { id } = await vault.snapshot(copy.snapshot);
  return { storage, vault, snapshot: id, description: vault.description };
}

function copyMissing(storage: string, backup: BackupRecord): MusterError {
  const names = backup.storage.filter(({ status }) => status === 'stored').map(({ name }) => name);
  return new MusterError(`backup ${backup.id.slice(0, 8)} is not stored in ${storage}`, {
    code: 'copy-missing',
    hint: `It is stored in: ${names.join(', ') || 'no target'}.`,
  });
}
