import { ratiosOf, type BackupRecord } from '../../base/backup.ts';
import { formatSize } from '../../base/size.ts';
import { painted, plain, type Paint } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './time.ts';

/** One line for each backup. */
export function renderBackups(backups: readonly BackupRecord[], timezone: string, paint: Paint = plain): string {
  if (backups.length === 0) return 'There is no backup.';
  const rows = backups.map((backup) => [
    backup.id.slice(0, 8),
    backup.system,
    backup.type,
    backup.schedule ?? 'by hand',
    painted(backup.status, paint),
    momentText(backup.startedAt, timezone),
    String(backup.files),
    formatSize(backup.bytesTotal),
    formatSize(backup.bytesStored),
    ...ratiosText(backup),
    backup.storage.map(({ name, status }) => (status === 'stored' ? name : `${name} (${status})`)).join(', '),
  ]);
  return table(
    ['ID', 'SYSTEM', 'TYPE', 'SCHEDULE', 'STATUS', 'STARTED', 'FILES', 'SIZE', 'ADDED', 'DEDUP', 'ZIP', 'ON'],
    rows,
  );
}

function ratiosText(backup: BackupRecord): readonly string[] {
  const { deduplication, compression } = ratiosOf(backup);
  return [deduplication, compression].map((ratio) => ratio?.toFixed(1) ?? '–');
}
