import { existsSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { Catalog, Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open.ts';
import { createNotifier, type Notifier } from '../notify/notifier.ts';
import type { PlannedStep } from '../order/step.ts';
import type { Plan } from '../plan/model/plan.ts';
import { createSecrets, type Secrets } from '../secrets/secrets.ts';
import { backgroundOf } from './background.ts';
import { emptyCatalog } from './empty-catalog.ts';
import type { OpenOptions } from './muster.ts';
import { createVaults, type Vaults } from './vaults.ts';

/** What all functions of an open plan share. */
export interface State {
  readonly plan: Plan;
  /** Absolute: holds the journal and scratch folders. */
  readonly folder: string;
  readonly clock: Clock;
  readonly by: string;
  readonly secrets: Secrets;
  readonly vaults: Vaults;
  readonly listeners: Set<(event: MusterEvent) => void>;
  /** Steps of the runs under way, for the messages about them. */
  readonly steps: Map<string, readonly PlannedStep[]>;
  /** Opened, and made if need be, at the first use; runs whose owner died are marked then. */
  journal(): Journal;
  notifier(): Notifier;
  /** False before the first run. */
  hasJournal(): boolean;
  /** Reading only: a state folder that isn't there yet is an empty catalog, and stays away. */
  catalog(): Catalog;
  /** Tells the listeners and the routes about an event that is on record. */
  readonly tell: (event: MusterEvent) => void;
  close(): Promise<void>;
}

export function createState(plan: Plan, options: OpenOptions): State {
  const clock = options.clock ?? systemClock;
  const folder = options.state ?? join(plan.folder, '.muster');
  const secrets = createSecrets({ env: options.env ?? process.env, cwd: plan.folder });
  const state: State = {
    plan,
    folder,
    clock,
    by: options.by ?? `${userInfo().username}@${hostname()}`,
    secrets,
    vaults: createVaults({ plan, clock, resolveSecret: secrets.resolve }),
    listeners: new Set(),
    steps: new Map(),
    journal: openedJournal(() => state),
    notifier: once(() => notifierOf(state)),
    hasJournal: () => existsSync(join(folder, 'journal.db')),
    catalog: () => (state.hasJournal() ? state.journal().catalog : emptyCatalog),
    tell: (event) => {
      for (const listener of state.listeners) listener(event);
      state.notifier().listen(event);
    },
    close: async () => {
      await state.vaults.close();
      if (!state.hasJournal()) return;
      await state.notifier().settled();
      state.journal().close();
    },
  };
  return state;
}

/** Opens the journal at the first call, and says which runs a dead process has left behind. */
function openedJournal(of: () => State): () => Journal {
  let journal: Journal | undefined;
  return () => {
    if (journal) return journal;
    const state = of();
    journal = openJournal({ folder: state.folder, clock: state.clock });
    markInterrupted(state, journal);
    return journal;
  };
}

function markInterrupted(state: State, journal: Journal): void {
  const now = state.clock.now();
  for (const { id, kind, name } of journal.markInterrupted(now)) {
    const steps = journal.run(id)?.steps.filter((step) => step.status === 'interrupted') ?? [];
    state.tell({ type: 'run.interrupted', run: id, at: now, kind, name, steps: steps.map((step) => step.id) });
    rmSync(join(state.folder, 'scratch', id), { recursive: true, force: true });
  }
}

/** The journal is opened at need: showing a message needs none. */
function notifierOf(state: State): Notifier {
  return createNotifier({
    plan: state.plan,
    clock: state.clock,
    resolveSecret: state.secrets.resolve,
    redact: state.secrets.redact,
    journal: {
      runs: (filter) => state.journal().runs(filter),
      lastSent: (query) => state.journal().lastSent(query),
      get catalog() {
        return state.catalog();
      },
    },
    record: (event) => {
      state.journal().append(event);
      state.tell(event);
    },
    background: (run) => backgroundOf(state.steps.get(run)),
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
