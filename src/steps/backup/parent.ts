import type { BackupType } from '../../base/backup.ts';
import { codeOf } from '../../base/error.ts';
import type { BackupExecution } from '../../schedule/execution.ts';
import type { Vault } from '../../vault/vault.ts';
import type { StepContext } from '../handler.ts';

/** What a backup is compared with, and what that makes of it. */
export interface Basis {
  /** Files that are as in this snapshot are not read again. Undefined: everything is read. */
  readonly parent: string | undefined;
  readonly type: BackupType;
  /** For people, when it is another type than was asked for. */
  readonly notice: string | undefined;
}

/**
 * An incremental backup, and one of a frozen view, is compared with the newest backup of the system in the same target;
 * a differential one with the newest full. Where there is none, or its snapshot is gone, everything is read.
 */
export async function findBasis(
  { system, type, to }: BackupExecution,
  vault: Vault,
  { newestBackup }: Pick<StepContext, 'newestBackup'>,
): Promise<Basis> {
  if (type === 'full') return { parent: undefined, type, notice: undefined };
  const other = newestBackup(system, { storage: to, ...(type === 'differential' ? { type: 'full' } : {}) });
  const copy = other?.storage.find(({ name, status }) => name === to && status === 'stored');
  const parent = copy && (await ifUsable(vault, copy.snapshot));
  if (parent !== undefined || type === 'snapshot') return { parent, type, notice: undefined };
  const lacking = type === 'differential' ? 'full backup' : 'earlier backup';
  const notice = `became full: there is no ${lacking} in ${to} to compare with, so every byte was read`;
  return { parent, type: 'full', notice };
}

/** It may have been removed from the vault by another program, or be damaged. */
async function ifUsable(vault: Vault, snapshot: string): Promise<string | undefined> {
  try {
    return (await vault.snapshot(snapshot)).id;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'snapshot-missing' || code === 'snapshot-damaged' || code === 'object-damaged') return undefined;
    throw error;
  }
}
