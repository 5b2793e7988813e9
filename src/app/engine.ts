import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunKind } from '../journal/event.ts';
import type { PlannedStep } from '../order/step.ts';
import { evaluateExpression } from '../plan/expression.ts';
import { newRunId } from '../run/id.ts';
import type { RunEffects, RunRequest } from '../run/request.ts';
import type { StepHandlers } from '../steps/handler.ts';
import type { RunOutcome } from './requests.ts';
import type { State } from './state.ts';
import { sealCatalogs } from './sealed/keep.ts';
import { noteSizes } from './storage-use.ts';
import { storageOf } from './stores.ts';

/** What differs between kinds of runs. */
export interface Work {
  readonly kind: RunKind;
  readonly name: string;
  readonly steps: readonly PlannedStep[];
  readonly mode?: 'execute' | 'simulate';
  readonly reason?: string | undefined;
  readonly leases?: readonly string[];
  readonly concurrency?: number;
  readonly onFailure: 'continue' | 'stop';
  readonly context?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

/** Executes or simulates planned steps, waits for the messages about them, and returns what is on record. */
export async function execute(state: State, work: Work): Promise<RunOutcome> {
  const { runSteps, handlers } = await loadEngine();
  const id = newRunId(state.clock.now());
  const scratch = join(state.folder, 'scratch', id);
  const effects = effectsOf(state, { scratch, handlers, purpose: work.kind, run: id });
  // Whoever ends a run does not want it to wait for a server.
  work.signal?.addEventListener('abort', state.stores.hurry, { once: true });
  try {
    state.steps.set(id, work.steps);
    const { status } = await runSteps(requestOf(state, work, id), effects);
    await state.notifier().settled();
    if (work.mode !== 'simulate') await noteSizes(state, work.steps);
    if (isWorthSealing(work)) await sealCatalogs(state);
    const record = state.journal().run(id);
    if (!record) throw new Error(`run ${id} is not in the journal`);
    return { run: id, status, record };
  } finally {
    state.steps.delete(id);
    work.signal?.removeEventListener('abort', state.stores.hurry);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Messages change nothing, and may be sent where no key is at hand; what was cut short is not held up any longer. */
function isWorthSealing({ kind, mode, signal }: Work): boolean {
  return kind !== 'notify' && mode !== 'simulate' && signal?.aborted !== true;
}

/** Loaded at the first run: what only looks at a plan starts faster without the steps and all that they use. */
async function loadEngine() {
  const [{ runSteps }, { handlers }] = await Promise.all([import('../run/engine.ts'), import('../steps/handlers.ts')]);
  return { runSteps, handlers };
}

function requestOf(state: State, work: Work, id: string): RunRequest {
  return {
    id,
    kind: work.kind,
    name: work.name,
    mode: work.mode ?? 'execute',
    reason: work.reason,
    by: state.by,
    steps: work.steps,
    leases: work.leases ?? [],
    concurrency: work.concurrency ?? 1,
    onFailure: work.onFailure,
    context: work.context ?? {},
    signal: work.signal ?? new AbortController().signal,
  };
}

interface RunPlace {
  readonly scratch: string;
  readonly handlers: StepHandlers;
  readonly purpose: string;
  readonly run: string;
}

function effectsOf(state: State, { scratch, handlers, purpose, run }: RunPlace): RunEffects {
  return {
    journal: state.journal(),
    clock: state.clock,
    handlers,
    context: () => ({
      plan: state.plan,
      resolveSecret: state.secrets.resolve,
      vault: (storage, options) => state.vaults.open(storage, { ...options, purpose, run }),
      store: (storage) => state.stores.open(storageOf(state.plan, storage)),
      newestBackup: (system, filter) => state.catalog().newest(system, filter),
      backup: (id) => state.catalog().find(id),
      claim: (name) => state.journal().lease(name, run, state.clock.now()),
      soundPacks: state.journal().soundPacks,
      scratch: async () => {
        await mkdir(scratch, { recursive: true, mode: 0o700 });
        return scratch;
      },
      send: (request, signal) => state.notifier().send(request, signal),
      renderMessage: async (request) => state.notifier().render(request),
    }),
    listeners: [
      function routes(event) {
        state.notifier().listen(event);
      },
      ...state.listeners,
    ],
    redact: state.secrets.redact,
    evaluate: (expression, values) => evaluateExpression(expression, 'when', values),
  };
}
