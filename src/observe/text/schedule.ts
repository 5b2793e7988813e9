import type { Instant } from '../../base/clock.ts';
import type { BackupExecution, CopyExecution } from '../../schedule/execution.ts';
import { momentText } from './time.ts';
import { table } from './table.ts';

/** One line for each backup and each batch of copies that is due, each time with the offset of its schedule. */
export function renderSchedule(executions: readonly BackupExecution[], copies: readonly CopyExecution[] = []): string {
  if (executions.length + copies.length === 0) return 'No backup is due in this time.';
  const lines = [...executions.map(backupLine), ...copies.map(copyLine)];
  const rows = lines.sort((a, b) => a.at - b.at).map(({ cells }) => cells);
  return table(['DUE', 'SYSTEM', 'SCHEDULE', 'TYPE', 'TO'], rows);
}

interface Line {
  readonly at: Instant;
  readonly cells: readonly string[];
}

function backupLine({ at, timezone, system, schedule, type, to, copies, replication }: BackupExecution): Line {
  const targets = replication === 'batch' ? [to] : [to, ...copies];
  return { at, cells: [momentText(at, timezone), system, schedule ?? 'by hand', type, targets.join(', ')] };
}

function copyLine({ at, timezone, system, to }: CopyExecution): Line {
  return { at, cells: [momentText(at, timezone), system, 'batch', 'copy', to.join(', ')] };
}
