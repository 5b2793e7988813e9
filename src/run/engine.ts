import type { MusterEventBody } from '../journal/event.ts';
import type { Lease } from '../journal/journal.ts';
import { stepErrorOf } from './attempt.ts';
import { executeSteps } from './execute.ts';
import { errorFacts } from './evidence.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { RunContext, RunEffects, RunRequest, RunResult } from './request.ts';
import { assertRunnable } from './runnable.ts';
import { simulateSteps } from './simulate.ts';
import type { Verdict } from './verdict.ts';

/** Milliseconds that a step may take to stop after it was told to. */
const usualGrace = 30_000;

/**
 * Executes or simulates planned steps, and records everything in the journal first. What steps do wrong is in the
 * result. Throws, before anything is recorded, `steps-invalid` and `run-locked`; and what the journal throws when it
 * cannot be written or when another process has taken the run over (`lease-lost`, `run-not-running`): no step starts
 * after that, and those under way are told to stop.
 */
export async function runSteps(request: RunRequest, effects: RunEffects): Promise<RunResult> {
  assertRunnable(request);
  const context = effects.context(request.id);
  const recorder = createRecorder(request.id, effects);
  const release = request.mode === 'execute' ? takeLeases(request, effects) : (): void => undefined;
  try {
    recorder.record(started(request, context));
    const { status } = await finish(request, recorder, carryOut({ request, effects, context, recorder }));
    return { id: request.id, status, events: recorder.events };
  } finally {
    release();
    await recorder.settled();
  }
}

/** All or none. */
function takeLeases({ id, leases }: RunRequest, { journal, clock }: RunEffects): () => void {
  const taken: Lease[] = [];
  const release = (): void => taken.forEach(releaseQuietly);
  try {
    for (const name of new Set(leases)) taken.push(journal.lease(name, id, clock.now()));
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

/** The lease of a run that has ended is free anyway, so a journal that cannot be written does no harm here. */
function releaseQuietly(lease: Lease): void {
  try {
    lease.release();
  } catch {
    // Said by `runSteps` already, which met the same fault.
  }
}

function started({ kind, name, mode, reason, by, steps }: RunRequest, { plan }: RunContext): MusterEventBody {
  const planned = steps.map(({ id, title, action, needs }) => ({ id, title, kind: action.kind, needs }));
  return { type: 'run.started', kind, name, mode, planHash: plan.hash, reason, by, steps: planned };
}

interface Parts {
  readonly request: RunRequest;
  readonly effects: RunEffects;
  readonly context: RunContext;
  readonly recorder: Recorder;
}

async function carryOut(parts: Parts): Promise<Verdict> {
  const { request, effects } = parts;
  const own = new AbortController();
  const stop = (reason: unknown): void => own.abort(reason);
  const signal = AbortSignal.any([request.signal, own.signal]);
  const site = { ...parts, signal, grace: effects.grace ?? usualGrace };
  let lost: { readonly error: unknown } | undefined;
  const stopHeartbeat = startHeartbeat(request.id, effects, (error) => {
    lost ??= { error };
    stop(error);
  });
  try {
    const verdict = request.mode === 'simulate' ? await simulateSteps(site) : await executeSteps(site, stop);
    if (lost !== undefined) throw lost.error;
    return verdict;
  } finally {
    stopHeartbeat();
  }
}

/** Records the end, whatever it is. Where the journal cannot keep it the listeners are told all the same. */
async function finish({ kind, name }: RunRequest, recorder: Recorder, work: Promise<Verdict>): Promise<Verdict> {
  const { verdict, fault } = await work.then((verdict) => ({ verdict, fault: undefined }), broken);
  const end: MusterEventBody = { type: 'run.finished', kind, name, ...verdict };
  try {
    recorder.record(end);
  } catch (error) {
    recorder.tell({ ...end, ...broken(error).verdict });
    throw fault === undefined ? error : fault.error;
  }
  if (fault !== undefined) throw fault.error;
  return verdict;
}

function broken(error: unknown): { readonly verdict: Verdict; readonly fault: { readonly error: unknown } } {
  return { verdict: { status: 'failed', error: errorFacts(stepErrorOf(error)) }, fault: { error } };
}
