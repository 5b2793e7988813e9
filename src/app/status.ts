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

function sealedState(state: State, name: string): SealedState | undefined {
  const kept = keepsCatalog(state.plan.storage.get(name)?.type ?? 'local');
  if (!kept) return { kept, at: undefined, runsBehind: 0, fault: undefined };
  if (!state.hasJournal()) return undefined;
  const { sealedMarks } = state.journal();
  const mark = sealedMarks.of(name);
  return mark && { kept, at: mark.at, runsBehind: sealedMarks.runsAfter(mark.sequence), fault: mark.fault };
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
