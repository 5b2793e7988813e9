import type { Instant } from '../base/clock.ts';
import type { MusterEvent, RunKind, RunStatus } from '../journal/event.ts';

/** What the events of a run have told so far. */
export interface RunFacts {
  readonly id: string;
  /** Undefined as long as only later events of the run were seen. */
  readonly kind: RunKind | undefined;
  readonly name: string | undefined;
  readonly mode: 'execute' | 'simulate' | undefined;
  readonly status: RunStatus;
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant | undefined;
  /** Ids of all its steps. */
  readonly steps: readonly string[];
  /** Ids of those that need nothing more: succeeded, or left out by their own condition. */
  readonly done: ReadonlySet<string>;
  /** Ids of the backups that it has put back. */
  readonly restored: readonly string[];
}

/** The facts after one more event of the same run. */
export function afterEvent(before: RunFacts | undefined, event: MusterEvent): RunFacts {
  const facts = before ?? unknownRun(event.run);
  if (event.type === 'run.started') return started(facts, event);
  if (event.type === 'run.finished') return ended(facts, event, event.status);
  if (event.type === 'run.interrupted') return ended(facts, event, 'interrupted');
  if (event.type === 'restore.finished') return { ...facts, restored: [...facts.restored, event.backup] };
  return isDone(event) ? { ...facts, done: new Set([...facts.done, event.step]) } : facts;
}

function unknownRun(id: string): RunFacts {
  return {
    id,
    kind: undefined,
    name: undefined,
    mode: undefined,
    status: 'running',
    reason: undefined,
    by: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    steps: [],
    done: new Set(),
    restored: [],
  };
}

function started(facts: RunFacts, event: Extract<MusterEvent, { readonly type: 'run.started' }>): RunFacts {
  const { kind, name, mode, reason, by, at, steps } = event;
  return { ...facts, kind, name, mode, reason, by, startedAt: at, steps: steps.map(({ id }) => id) };
}

function ended(
  facts: RunFacts,
  { kind, name, at }: Extract<MusterEvent, { readonly type: 'run.finished' | 'run.interrupted' }>,
  status: RunStatus,
): RunFacts {
  return { ...facts, kind, name, status, finishedAt: at };
}

function isDone(
  event: MusterEvent,
): event is Extract<MusterEvent, { readonly type: 'attempt.finished' | 'step.skipped' }> {
  if (event.type === 'step.skipped') return event.because === 'when';
  return event.type === 'attempt.finished' && (event.status === 'succeeded' || event.status === 'partial');
}
