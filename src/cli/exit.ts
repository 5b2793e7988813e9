import type { RunStatus } from '../index.ts';

const codes: Readonly<Record<RunStatus, number>> = {
  succeeded: 0,
  failed: 1,
  partial: 3,
  waiting: 5,
  cancelled: 130,
  interrupted: 130,
  pending: 1,
  running: 1,
};

/** The exit code that a run's status stands for. */
export function exitCodeOfStatus(status: RunStatus): number {
  return codes[status];
}
