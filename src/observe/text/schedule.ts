import type { BackupExecution } from '../../schedule/execution.ts';
import { momentText } from './time.ts';
import { table } from './table.ts';

/** One line for each backup that is due, each time with the offset of its schedule. */
export function renderSchedule(executions: readonly BackupExecution[]): string {
  if (executions.length === 0) return 'No backup is due in this time.';
  const rows = executions.map(({ at, timezone, system, schedule, type, to, copies }) => [
    momentText(at, timezone),
    system,
    schedule ?? 'by hand',
    type,
    [to, ...copies].join(', '),
  ]);
  return table(['DUE', 'SYSTEM', 'SCHEDULE', 'TYPE', 'TO'], rows);
}
