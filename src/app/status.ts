import type { Catalog } from '../journal/journal.ts';
import { status, type SealedState, type StatusReport, type SystemState } from '../observe/status.ts';
import { keepsCatalog } from './sealed/keep.ts';
import { changesIn } from './changes.ts';
import type { State } from './state.ts';
import { measureAll } from './storage-use.ts';

/** How things are now; looks at the storage targets, and changes nothing but the record of what they hold. */
export async function statusOf(state: State): Promise<StatusReport> {
  const { plan, clock } = state;
  const catalog = state.catalog();
  const [outlooks, changes] = await Promise.all([measureAll(state, [...plan.storage.values()]), changesIn(state)]);
  return status(
    plan,
    {
      outlook: (storage) => outlooks.get(storage),
      tamperTest: (storage) => (state.hasJournal() ? state.journal().tamperTest(storage) : undefined),
      sealed: (storage) => sealedState(state, storage),
      changes: (storage) => changes.get(storage),
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
