import {
  dateTime,
  formatDuration,
  formatSize,
  type BackupLine,
  type BackupOutcome,
  type BackupRecord,
  type NotifyOutcome,
  type RestoreOutcome,
  type RunOutcome,
  type VerifyLine,
  type VerifyOutcome,
  type VerifyStorageLine,
  type VerifyStorageOutcome,
} from '../../index.ts';
import { counted } from './counted.ts';
import { renderCopyOutcome } from './copy.ts';
import { oneLine, printable } from './printable.ts';
import { errorLines, faultLines } from './fault.ts';

/** What `backup` did: a line for each system, and what it could not read; then the copies that followed. */
export function renderBackupOutcome(outcome: BackupOutcome, timezone: string): string {
  const backups = withEnd(
    outcome.backups.flatMap((line) => backupLines(line, timezone)),
    outcome,
  );
  return outcome.copies.run === undefined ? backups : `${backups}\n${renderCopyOutcome(outcome.copies)}`;
}

function backupLines({ system, backup, faults, error, notice }: BackupLine, timezone: string): readonly string[] {
  if (!backup) return errorLines(`${system}: not backed up`, error);
  const notices = notice === undefined ? [] : [`    note: ${printable(notice)}`];
  return [`${system}: ${backupText(backup, timezone)}`, ...notices, ...faultLines(faults)];
}

function backupText(backup: BackupRecord, timezone: string): string {
  const { id, type, status, files, bytesTotal, bytesRead, bytesStored, startedAt, finishedAt, storage } = backup;
  const sizes = `${formatSize(bytesTotal)}, ${formatSize(bytesRead)} read, ${formatSize(bytesStored)} stored`;
  const where = storage
    .map((copy) => (copy.status === 'stored' ? copy.name : `${copy.name} (${copy.status})`))
    .join(', ');
  const took = formatDuration(finishedAt - startedAt);
  return `${id.slice(0, 8)} ${type} ${status} ${dateTime(startedAt, timezone)} ${counted(files, 'file')}, ${sizes} in ${took}, on ${where}`;
}

/** The checks of each backup, and its score. */
export function renderVerifyOutcome(outcome: VerifyOutcome | VerifyStorageOutcome): string {
  return withEnd(
    outcome.results.flatMap((line) => verifyLines(line)),
    outcome,
  );
}

function verifyLines(line: VerifyLine | VerifyStorageLine): readonly string[] {
  const { storage, passed, score, error, checks, notTested } = line;
  const what =
    'backup' in line ? `${line.backup.slice(0, 8)} ${line.system} on ${storage}, ${line.level}` : `all of ${storage}`;
  if (checks.length === 0) return errorLines(`${what}: not verified`, error);
  return [
    `${what}: ${passed ? 'passed' : 'FAILED'}, score ${score.toFixed(2)}`,
    ...checks.map((check) => `  ${check.passed ? '✓' : '✗'} ${check.name}: ${printable(check.detail)}`),
    ...notTested.map((what) => `  – not tested: ${printable(what)}`),
    ...(error?.hint === undefined ? [] : [`    hint: ${error.hint}`]),
  ];
}

/** What is back, where, and everything that is missing. */
export function renderRestoreOutcome(outcome: RestoreOutcome): string {
  const { files, bytes, recoveredTo, notes, missing, errors, backup } = outcome;
  const done = `${counted(files, 'file')}, ${formatSize(bytes)} restored to ${recoveredTo ?? ''}`;
  return withEnd(
    [
      ...(recoveredTo === undefined ? [] : [done, ...notes.map((note) => `  ${oneLine(note)}`)]),
      ...faultLines(missing, Number.POSITIVE_INFINITY),
      ...errors.flatMap((error) => errorLines(recoveredTo === undefined ? 'nothing restored' : 'error', error)),
      ...(backup?.status === 'partial'
        ? [`note: the backup is partial: muster runs ${backup.run} lists what it lacks`]
        : []),
    ],
    outcome,
  );
}

/** A line for each delivery. */
export function renderNotifyOutcome(outcome: NotifyOutcome): string {
  const { deliveries, error } = outcome;
  const lines = deliveries.map(
    ({ status, audience, channel, detail }) => `${status}  ${audience} by ${channel}: ${detail}`,
  );
  return withEnd(deliveries.length === 0 ? errorLines('not sent', error) : lines, outcome);
}

function withEnd(lines: readonly string[], { run, status }: RunOutcome): string {
  return [...lines, `run ${run}: ${status}`].join('\n');
}
