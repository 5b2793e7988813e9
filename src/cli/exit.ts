import type { RunOutcome, RunStatus } from '../index.ts';

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

const locked = 11;

/** The exit code that the outcome of a run stands for. */
export function exitCodeOfOutcome({ status, record }: Pick<RunOutcome, 'status' | 'record'>): number {
  return status === 'failed' && isOnlyLocked(record) ? locked : codes[status];
}

/** Every step that failed met a vault that somebody else, such as restic, has locked. */
function isOnlyLocked({ steps }: RunOutcome['record']): boolean {
  const failed = steps.filter((step) => step.status === 'failed');
  return failed.length > 0 && failed.every((step) => step.error?.code === 'vault-locked');
}
