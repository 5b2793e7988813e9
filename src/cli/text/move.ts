import { dateTime, formatSize, table, type Move, type MoveOutcome } from '../../index.ts';
import { counted } from './counted.ts';
import { errorLines } from './fault.ts';

/** What `move --dry-run` shows. */
export function renderMoves(moves: readonly Move[], timezone: string): string {
  if (moves.length === 0) return nothing;
  const rows = moves.map(({ backup, from, to, reason }) => [
    backup.id.slice(0, 8),
    backup.system,
    dateTime(backup.startedAt, timezone),
    from,
    to,
    reason,
  ]);
  return table(['MOVE', 'SYSTEM', 'STARTED', 'FROM', 'TO', 'WHY'], rows);
}

export function renderMoveOutcome({ run, moves, bytesFreed }: MoveOutcome): string {
  if (run === undefined) return nothing;
  const moved = moves.filter(({ status }) => status === 'moved').length;
  const failures = moves.filter(({ status }) => status === 'failed');
  return [
    `${counted(moved, 'backup')} moved, ${formatSize(Math.max(0, bytesFreed))} freed.`,
    ...failures.flatMap(({ system, backup, from, to, error }) =>
      errorLines(`${system}: ${backup.slice(0, 8)} from ${from} to ${to}: not moved`, error),
    ),
    `run ${run.run}: ${run.status}`,
  ].join('\n');
}

const nothing = 'Nothing is to be moved.';
