import { status, type StatusReport } from '../observe/status.ts';
import type { State } from './state.ts';

/** How things are now; looks at the storage targets, and changes nothing. */
export async function statusOf(state: State): Promise<StatusReport> {
  const { plan, clock } = state;
  const catalog = state.catalog();
  const used = new Map<string, number | undefined>();
  for (const name of plan.storage.keys()) used.set(name, await usedBy(state, name));
  return status(
    plan,
    {
      used: (storage) => used.get(storage),
      system: (system) => ({
        newest: catalog.newest(system),
        lastVerifiedAt: catalog.lastVerified(system),
        lastProvenRestoreAt: catalog.lastProvenRestore(system),
        firstBackupAt: catalog.backups({ system }).at(-1)?.startedAt,
        measuredBackupMs: catalog.measuredBackup(system),
        failuresInARow: catalog.failuresInARow(system),
      }),
    },
    clock.now(),
  );
}

/** Bytes in a target; undefined where it can't be read: status is asked for on bad days too. */
async function usedBy(state: State, storage: string): Promise<number | undefined> {
  try {
    return await state.vaults.bytesUsed(storage);
  } catch {
    return undefined;
  }
}
