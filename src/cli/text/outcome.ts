import {
  formatDuration,
  dateTime,
  formatSize,
  type BackupLine,
  type BackupOutcome,
  type RestoreOutcome,
  type VerifyOutcome,
} from '../../index.ts';
import { printable } from './printable.ts';
import { counted } from './counted.ts';

/** What `backup` did, a line for each system. */
export function renderBackupOutcome(outcome: BackupOutcome, timezone: string): string {
  return [...outcome.backups.map((line) => backupLine(line, timezone)), `run ${outcome.run}: ${outcome.status}`].join(
    '\n',
  );
}

function backupLine(line: BackupLine, timezone: string): string {
  const { backup } = line;
  if (!backup) return `${line.system}: failed: ${line.error?.message ?? 'not reached'}`;
  const where = backup.storage
    .map((copy) => (copy.status === 'stored' ? copy.name : `${copy.name} (failed)`))
    .join(', ');
  const read = `${counted(backup.files, 'file')}, ${formatSize(backup.bytesTotal)}, ${formatSize(backup.bytesRead)} read, ${formatSize(backup.bytesStored)} stored`;
  const took = formatDuration(backup.finishedAt - backup.startedAt);
  return `${line.system}: ${backup.id.slice(0, 8)} ${backup.status} ${dateTime(backup.startedAt, timezone)} ${read} in ${took}, on ${where}`;
}

/** The checks of each backup, and its score. */
export function renderVerifyOutcome(outcome: VerifyOutcome): string {
  const lines = outcome.results.flatMap((result) => [
    `${result.backup.slice(0, 8)} ${result.system} on ${result.storage}, ${result.level}: ${result.passed ? 'passed' : 'FAILED'}, score ${result.score.toFixed(2)}`,
    ...(result.error ? [`  ✗ ${result.error.message}`] : []),
    ...result.checks.map((check) => `  ${check.passed ? '✓' : '✗'} ${check.name}: ${check.detail}`),
  ]);
  return [...lines, `run ${outcome.run}: ${outcome.status}`].join('\n');
}

/** What is back, where, and what is missing. */
export function renderRestoreOutcome(outcome: RestoreOutcome): string {
  const lines = [
    `${counted(outcome.files, 'file')}, ${formatSize(outcome.bytes)} restored${outcome.recoveredTo === undefined ? '' : ` to ${outcome.recoveredTo}`}`,
  ];
  for (const missing of outcome.missing) lines.push(`  missing: ${printable(missing.path)}: ${missing.detail}`);
  return [...lines, `run ${outcome.run}: ${outcome.status}`].join('\n');
}
