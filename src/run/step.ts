import type { Instant } from '../base/clock.ts';
import type { MusterEventBody } from '../journal/event.ts';
import type { PlannedStep } from '../order/step.ts';
import type { StepContext } from '../steps/handler.ts';
import { attemptStep, type AttemptEnd } from './attempt.ts';
import { errorFacts, evidenceOf } from './evidence.ts';
import { pending, type StepState } from './ready.ts';
import { waitBeforeRetry } from './retry.ts';
import type { RunSite } from './site.ts';

/** Why a step fails without being executed: its `when` could not be answered. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * Executes one step, with its further tries, and records each attempt: durable before the side effect, and after it.
 * Throws only what the journal throws.
 */
export async function executeStep(site: RunSite, step: PlannedStep, refusal: Refusal | undefined): Promise<StepState> {
  for (let attempt = 1; ; attempt += 1) {
    const startedAt = site.effects.clock.now();
    site.recorder.record({ type: 'attempt.started', step: step.id, attempt });
    const end = refusal === undefined ? await execute(site, step, attempt) : refused(refusal);
    const isLast = end.status !== 'failed' || end.mayGoOn;
    const retryIn = isLast ? undefined : waitBeforeRetry(step.retry, attempt, end.error);
    recordEnd(site, { step, attempt, end, startedAt, retryIn });
    if (retryIn === undefined) return stateAfter(end, attempt);
    if (!(await waited(site, retryIn))) return cancelledBetween(site, step, attempt);
  }
}

async function execute(site: RunSite, step: PlannedStep, attempt: number): Promise<AttemptEnd> {
  const { effects, signal, grace } = site;
  let isOver = false;
  const contextWith = (inner: AbortSignal): StepContext => ({
    ...site.context,
    run: site.request.id,
    step: step.id,
    attempt,
    clock: effects.clock,
    signal: inner,
    onProgress: (progress) => {
      if (!isOver) site.recorder.tell({ type: 'progress', step: step.id, ...progress });
    },
  });
  const end = await attemptStep(step, effects.handlers, contextWith, { signal, grace });
  isOver = true;
  return end;
}

function refused({ code, message }: Refusal): AttemptEnd {
  const error = { code, message: `its condition could not be answered: ${message}`, hint: undefined, retryable: false };
  return { status: 'failed', error, output: undefined, faults: [], facts: undefined, mayGoOn: false };
}

interface Attempted {
  readonly step: PlannedStep;
  readonly attempt: number;
  readonly end: AttemptEnd;
  readonly startedAt: Instant;
  readonly retryIn: number | undefined;
}

/** The last attempt and what it proves are kept together: a crash can't leave one without the other. */
function recordEnd(site: RunSite, { step, attempt, end, startedAt, retryIn }: Attempted): void {
  const { status, output, faults, facts } = end;
  const error = errorFacts(end.error);
  const finished: MusterEventBody = {
    type: 'attempt.finished',
    step: step.id,
    attempt,
    status,
    error,
    output,
    faults,
    facts,
  };
  if (retryIn !== undefined) return site.recorder.record({ ...finished, retryIn });
  const finishedAt = site.effects.clock.now();
  site.recorder.record(finished, ...evidenceOf({ step, end, startedAt, finishedAt }));
}

function stateAfter({ status, output, error }: AttemptEnd, attempts: number): StepState {
  return { status, attempts, output, error, satisfies: status === 'succeeded' || status === 'partial' };
}

/** False when the run was cancelled meanwhile. */
async function waited({ effects, signal }: RunSite, ms: number): Promise<boolean> {
  try {
    await effects.clock.sleep(ms, signal);
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

function cancelledBetween({ recorder }: RunSite, step: PlannedStep, attempts: number): StepState {
  const reason = `the run was cancelled before try ${attempts + 1}`;
  recorder.record({ type: 'step.skipped', step: step.id, reason, because: 'cancelled' });
  return { ...pending, status: 'cancelled', attempts };
}
