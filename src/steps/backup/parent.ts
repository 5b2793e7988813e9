import { codeOf } from '../../base/error.ts';
import type { BackupExecution } from '../../schedule/execution.ts';
import type { Vault } from '../../vault/vault.ts';
import type { StepContext } from '../handler.ts';

/**
 * The snapshot that an incremental backup compares with: that of the system's newest backup in the same target.
 * Undefined: everything is read, because the backup is a full one or because there is no such snapshot.
 */
export async function findParent(
  { system, type, to }: BackupExecution,
  vault: Vault,
  { newestBackup }: Pick<StepContext, 'newestBackup'>,
): Promise<string | undefined> {
  if (type === 'full') return undefined;
  const copy = newestBackup(system)?.storage.find(({ name, status }) => name === to && status === 'stored');
  return copy === undefined ? undefined : await ifPresent(vault, copy.snapshot);
}

/** It may have been removed from the vault by another program. */
async function ifPresent(vault: Vault, snapshot: string): Promise<string | undefined> {
  try {
    return (await vault.snapshot(snapshot)).id;
  } catch (error) {
    if (codeOf(error) === 'snapshot-missing') return undefined;
    throw error;
  }
}
