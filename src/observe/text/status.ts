import { formatSize } from '../../base/size.ts';
import type { StatusReport, StorageStatus, SystemStatus } from '../status.ts';
import { painted, plain, type Paint } from './paint.ts';
import { table } from './table.ts';
import { momentText, lengthOf } from './time.ts';

/** Systems and storage, each with its state; below, why something is not well. */
export function renderStatus(report: StatusReport, timezone: string, paint: Paint = plain): string {
  const systems = report.systems.map((system) => [
    system.name,
    system.tier ?? '–',
    painted(system.state, paint),
    momentText(system.lastBackup, timezone),
    system.rpo.target === undefined
      ? '–'
      : `${lengthOf(system.rpo.age)} of ${lengthOf(system.rpo.target)}, ${painted(system.rpo.verdict, paint)}`,
    momentText(system.nextBackup, timezone),
    momentText(system.lastVerified, timezone),
    momentText(system.lastProvenRestore, timezone),
  ]);
  const header = ['SYSTEM', 'TIER', 'STATE', 'LAST BACKUP', 'RPO NOW', 'NEXT DUE', 'VERIFIED', 'PROVEN RESTORE'];
  const storage = report.storage.map((one) => [one.name, one.location ?? '–', usage(one), painted(one.verdict, paint)]);
  const notes = report.systems.flatMap(notesOn);
  return [
    table(header, systems),
    table(['STORAGE', 'LOCATION', 'USED', 'VERDICT'], storage),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ].join('\n\n');
}

function usage({ used, capacity, fraction }: StorageStatus): string {
  const size = used === undefined ? '–' : formatSize(used);
  if (capacity === undefined || fraction === undefined) return size;
  return `${size} of ${formatSize(capacity)} (${Math.round(fraction * 100)} %)`;
}

function notesOn({ name, state, reasons, proof }: SystemStatus): readonly string[] {
  const notes = state === 'ok' ? reasons.filter((reason) => reason.includes('partial')) : reasons;
  const unproven = proof.verdict === 'violated' ? proof.reasons : [];
  return [...notes, ...unproven].map((note) => `${name}: ${note}`);
}
