import type { Clock, Milliseconds } from '../base/clock.ts';
import type { MusterEvent, RunKind, RunStatus } from '../journal/event.ts';
import type { Journal } from '../journal/journal.ts';
import type { PlannedStep } from '../order/step.ts';
import type { ExpressionValues } from '../plan/expression.ts';
import type { StepContext, StepHandlers } from '../steps/handler.ts';

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

/** What the engine uses of the world; made by the composition root. */
export interface RunEffects {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly handlers: StepHandlers;
  /** Called once per run, before anything is journalled; the engine adds what belongs to the attempt. */
  readonly context: (run: string) => RunContext;
  /** Called with each event after it is durable. What a listener throws or rejects with is recorded, and harms nothing. */
  readonly listeners: readonly RunListener[];
  /** Replaces secrets in a text; every text from a step goes through it before it is kept or told. */
  readonly redact: (text: string) => string;
  /** Answers a step's `when`. Throws when it cannot be evaluated. */
  readonly evaluate: (expression: string, values: ExpressionValues['when']) => boolean;
  /** How long a step may take to stop after it was told to. Default 30 seconds. */
  readonly grace?: Milliseconds;
}

export type RunContext = Omit<StepContext, 'run' | 'step' | 'attempt' | 'clock' | 'signal' | 'onProgress'>;

/** Its name is how a failure of it is recorded. */
export type RunListener = (event: MusterEvent) => void | Promise<void>;

export interface RunResult {
  readonly id: string;
  readonly status: RunStatus;
  /** What the engine recorded, in order: all but `progress`, and the messages that others recorded meanwhile. */
  readonly events: readonly MusterEvent[];
}
