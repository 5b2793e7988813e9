import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/base/clock.ts';
import type { MusterEvent } from '../../src/journal/event.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/open.ts';
import type { PlannedStep, StepAction } from '../../src/order/step.ts';
import { evaluateExpression } from '../../src/plan/expression.ts';
import type { RunContext, RunEffects, RunRequest } from '../../src/run/request.ts';
import type { StepContext, StepFinding, StepHandler, StepHandlers, StepOutcome } from '../../src/steps/handler.ts';
import { samplePlan } from '../sample-plan.ts';

/** What a test's step does: the id of the step decides. */
export type Work = (context: StepContext) => Promise<Partial<StepOutcome>>;

export interface Rig {
  readonly folder: string;
  readonly journal: Journal;
  readonly effects: RunEffects;
  /** Waits that the engine asked its clock for; they take no time. */
  readonly waits: readonly number[];
  close(): void;
}

export interface RigOptions extends Partial<Omit<RunEffects, 'journal' | 'clock' | 'handlers' | 'context'>> {
  /** By step id; steps that are left out succeed at once. */
  readonly work?: Readonly<Record<string, Work>>;
  readonly check?: (context: StepContext) => Promise<readonly StepFinding[]>;
  readonly clock?: Partial<Clock>;
  readonly journal?: (journal: Journal) => Journal;
}

/** A real journal in a folder of its own, and steps that do what the test says. */
export function makeRig(options: RigOptions = {}): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'muster-run-'));
  const { work = {}, check = async () => [], clock: given = {}, journal: wrap = (same) => same, ...rest } = options;
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  const clock: Clock = { now: () => Date.now(), sleep, ...given };
  const opened = openJournal({ folder, clock });
  const journal = wrap(opened);
  const effects: RunEffects = {
    journal,
    clock,
    handlers: handlersOf(work, check),
    context: () => runContext(folder),
    listeners: [],
    redact: (text) => text,
    evaluate: (expression, values) => evaluateExpression(expression, 'when', values),
    ...rest,
  };
  const close = (): void => {
    opened.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, journal: opened, effects, waits, close };
}

export function handlersOf(
  work: Readonly<Record<string, Work>>,
  check: (context: StepContext) => Promise<readonly StepFinding[]>,
): StepHandlers {
  const execute = async (action: StepAction, context: StepContext): Promise<StepOutcome> => ({
    ...outcome('succeeded', factsFor(action)),
    ...(await work[checkName(action) ?? context.step]?.(context)),
  });
  const handler = { readOnly: false, check: (_: StepAction, context: StepContext) => check(context), execute };
  const kinds = [
    'run',
    'probe',
    'wait',
    'notify',
    'backup',
    'copy',
    'verify',
    'restore',
    'forget',
    'prune',
    'repair',
  ] as const;
  return Object.fromEntries(
    kinds.map((kind) => [kind, handler as StepHandler<typeof kind>]),
  ) as unknown as StepHandlers;
}

/** Probes are looked up by their own name, so that checks after a step can be told from it. */
function checkName(action: StepAction): string | undefined {
  return action.kind === 'probe' ? `probe:${action.probe}` : undefined;
}

function factsFor(action: StepAction): StepOutcome['facts'] {
  return action.kind === 'probe' ? { kind: 'probe', healthy: true, answers: 1 } : { kind: 'wait' };
}

export function outcome(status: StepOutcome['status'], facts: StepOutcome['facts'] = { kind: 'wait' }): StepOutcome {
  return { status, error: undefined, output: undefined, faults: [], facts };
}

export function failure(code = 'broken', details: { readonly retryable?: boolean; readonly message?: string } = {}) {
  const { retryable = false, message = `it is ${code}` } = details;
  return { status: 'failed', error: { code, message, hint: undefined, retryable } } as const;
}

export function step(id: string, details: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id,
    title: `Do ${id}`,
    needs: [],
    priority: 100,
    action: { kind: 'wait', ms: 0 },
    when: undefined,
    timeout: undefined,
    retry: { limit: 0, interval: 0, backoff: 1 },
    verify: [],
    estimate: { ms: 0, from: 'none' },
    ...details,
  };
}

let count = 0;

export function request(steps: readonly PlannedStep[], details: Partial<RunRequest> = {}): RunRequest {
  count += 1;
  return {
    id: `run-${count}`,
    kind: 'recover',
    name: 'rebuild',
    mode: 'execute',
    reason: undefined,
    by: 'root@host',
    steps,
    leases: [],
    concurrency: 1,
    onFailure: 'stop',
    context: {},
    signal: new AbortController().signal,
    ...details,
  };
}

export function runContext(folder: string): RunContext {
  return {
    plan: samplePlan({}),
    resolveSecret: async () => '',
    vault: () => Promise.reject(new Error('not used in these tests')),
    store: () => Promise.reject(new Error('not used in these tests')),
    newestBackup: () => undefined,
    scratch: async () => folder,
    send: async () => [],
  };
}

/** The events in short: `attempt.started one`, `step.skipped two`, `run.finished failed`. */
export function brief(events: readonly MusterEvent[]): readonly string[] {
  return events.map((event) => {
    if ('step' in event)
      return `${event.type} ${event.step}${event.type === 'attempt.finished' ? ` ${event.status}` : ''}`;
    return event.type === 'run.finished' ? `${event.type} ${event.status}` : event.type;
  });
}

/** Does something at each event of a type, optionally of one step. */
export function at(type: MusterEvent['type'], act: () => void, id?: string): (event: MusterEvent) => void {
  return (event) => {
    if (event.type === type && (id === undefined || ('step' in event && event.step === id))) act();
  };
}
