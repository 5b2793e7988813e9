import type { PlannedStep } from '../order/step.ts';
import type { MusterEvent, RunKind, RunStatus } from '../journal/event.ts';

/** What the engine is asked to do: a list of planned steps, all of whose facts are already decided. */
export interface RunRequest {
  /** Unique for all time, sortable by its start: `20261120T101500Z-7f3a9c`. */
  readonly id: string;
  readonly kind: RunKind;
  readonly name: string;
  readonly mode: 'execute' | 'simulate';
  readonly reason: string | undefined;
  readonly by: string;
  readonly steps: readonly PlannedStep[];
  /** Names held by this run alone while it lasts: `system:orders-db`, `runbook:rebuild`. */
  readonly leases: readonly string[];
  /** How many steps run at once. */
  readonly concurrency: number;
  /** `continue`: independent steps go on after a failure (backups); `stop`: nothing new starts (runbooks). */
  readonly onFailure: 'continue' | 'stop';
  /** Names for `when` and messages: `params`, `incident` … */
  readonly context: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly id: string;
  readonly status: RunStatus;
  readonly events: readonly MusterEvent[];
}
