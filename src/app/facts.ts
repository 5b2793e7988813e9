import type { Catalog } from '../journal/journal.ts';
import type { SystemFacts } from '../order/objectives.ts';

/** What the catalog knows of a system, for the verdicts on its objectives. */
export function factsFrom(catalog: Catalog): (system: string) => SystemFacts {
  return (system) => ({
    measuredBackupMs: catalog.measuredBackup(system),
    measuredCopyMs: (storage) => catalog.measuredCopy(system, storage),
    measuredRestoreMs: catalog.measuredRestore(system),
    lastProvenRestoreAt: catalog.lastProvenRestore(system),
    firstBackupAt: catalog.backups({ system }).at(-1)?.startedAt,
  });
}
