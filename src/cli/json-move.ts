import type { Move, MoveOutcome } from '../index.ts';
import { isoOf } from './json.ts';

export function plannedMoveJson({ backup, from, to, reason }: Move): object {
  return { backup: backup.id, system: backup.system, startedAt: isoOf(backup.startedAt), from, to, reason };
}

/** `run` is null when nothing was to be moved. */
export function moveJson({ run, moves, bytesFreed }: MoveOutcome): object {
  const lines = moves.map(({ error, ...line }) => ({ ...line, error: error ?? null }));
  return { run: run?.run ?? null, status: run?.status ?? 'succeeded', moves: lines, bytesFreed };
}
