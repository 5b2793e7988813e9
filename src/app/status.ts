import type { Catalog } from '../journal/journal.ts';
import { status, type StatusReport, type SystemState } from '../observe/status.ts';
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
      tamperTest: (storage) => (state.hasJournal() ? state.journal().tamperTest(storage) : undefined),
      system: (system) => stateOf(catalog, system),
    },
    clock.now(),
  );
}

function stateOf(catalog: Catalog, system: string): SystemState {
  const backups = catalog.backups({ system });
  return {
    newest: backups[0],
    backups,
    lastVerifiedAt: catalog.lastVerified(system),
    lastProvenRestoreAt: catalog.lastProvenRestore(system),
    firstBackupAt: backups.at(-1)?.startedAt,
    measuredBackupMs: catalog.measuredBackup(system),
    failuresInARow: catalog.failuresInARow(system),
  };
}

/** Bytes in a target; undefined where it can't be read: status is asked for on bad days too. */
async function usedBy(state: State, storage: string): Promise<number | undefined> {
  try {
    return await state.vaults.bytesUsed(storage);
  } catch {
    return undefined;
  }
}
