import type { PlannedStep } from '../order/step.ts';
import { decide } from './condition.ts';
import { cancellation } from './deadline.ts';
import { blockedSteps, pending, pendingSteps, readySteps, type StepState } from './ready.ts';
import type { RunSite } from './site.ts';
import { executeStep } from './step.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Where the steps of a run stand, and what stopped it if something did. */
interface Progress extends RunSite {
  readonly states: Map<string, StepState>;
  readonly running: Set<Promise<void>>;
  /** The first thing that the run cannot go on after: the journal is full, a lease is lost. */
  fault: { readonly error: unknown } | undefined;
  /** Makes the steps under way stop. */
  readonly stop: (reason: unknown) => void;
}

/** Executes the steps; throws what the run could not go on after, once all that was under way has ended. */
export async function executeSteps(site: RunSite, stop: (reason: unknown) => void): Promise<Verdict> {
  const states = new Map(site.request.steps.map((step) => [step.id, pending]));
  const progress: Progress = { ...site, states, running: new Set(), fault: undefined, stop };
  while (isUnderWay(progress)) {
    guarded(progress, () => leaveOut(progress));
    guarded(progress, () => startReady(progress));
    if (progress.running.size > 0) await Promise.race(progress.running);
  }
  if (progress.fault !== undefined) throw progress.fault.error;
  return verdictOf(states, site.request);
}

/** What is at work is waited for even after a fault. */
function isUnderWay({ request, states, running, fault }: Progress): boolean {
  return running.size > 0 || (fault === undefined && pendingSteps(request.steps, states).length > 0);
}

/** Nothing more starts after a fault. */
function guarded(progress: Progress, work: () => void): void {
  if (progress.fault !== undefined) return;
  try {
    work();
  } catch (error) {
    breakOff(progress, error);
  }
}

function breakOff(progress: Progress, error: unknown): void {
  progress.fault ??= { error };
  progress.stop(error);
}

/** Records the steps that will not start any more, each with its reason. */
function leaveOut(progress: Progress): void {
  const { request, states, signal } = progress;
  if (signal.aborted) {
    for (const step of pendingSteps(request.steps, states)) skip(progress, step, 'cancelled', cancellation(signal));
    return;
  }
  for (let blocked = blockedSteps(request.steps, states); blocked.length > 0;) {
    for (const { step, need, status } of blocked)
      skip(progress, step, 'need', `it needs ${need}, which ${words[status]}`);
    blocked = blockedSteps(request.steps, states);
  }
  const failed = request.onFailure === 'stop' ? firstFailed(progress) : undefined;
  if (failed === undefined) return;
  for (const step of pendingSteps(request.steps, states))
    skip(progress, step, 'stopped', `the run stops because ${failed} failed`);
}

const words = {
  succeeded: 'succeeded',
  partial: 'was partial',
  failed: 'failed',
  skipped: 'was skipped',
  interrupted: 'was interrupted',
  cancelled: 'was cancelled',
};

function firstFailed({ states }: Progress): string | undefined {
  return [...states].find(([, { status }]) => status === 'failed')?.[0];
}

function startReady(progress: Progress): void {
  const { request, states, running } = progress;
  for (;;) {
    const [next] = readySteps(request.steps, states);
    if (next === undefined || running.size >= request.concurrency || progress.signal.aborted) return;
    begin(progress, next);
  }
}

function begin(progress: Progress, step: PlannedStep): void {
  const decision = decide(step, progress.states, progress);
  if (decision.kind === 'skip') return skip(progress, step, 'when', decision.reason);
  progress.states.set(step.id, { ...pending, status: 'running' });
  const refused = decision.kind === 'undecidable' ? decision : undefined;
  const work = executeStep(progress, step, refused)
    .then((state) => void progress.states.set(step.id, state))
    .catch((error: unknown) => breakOff(progress, error))
    .finally(() => progress.running.delete(work));
  progress.running.add(work);
}

function skip(
  { recorder, states }: Progress,
  step: PlannedStep,
  because: 'when' | 'need' | 'stopped' | 'cancelled',
  reason: string,
): void {
  recorder.record({ type: 'step.skipped', step: step.id, reason, because });
  const status = because === 'cancelled' ? 'cancelled' : 'skipped';
  states.set(step.id, { ...pending, status, satisfies: because === 'when' });
}
