import { rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import { messageOf, MusterError } from '../base/error.ts';
import { usernameHere } from '../base/process.ts';
import type { ErrorFacts, MusterEvent, MusterEventBody } from '../journal/event.ts';
import type { Catalog, Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open.ts';
import { createNotifier, type Notifier } from '../notify/notifier.ts';
import type { PlannedStep } from '../order/step.ts';
import type { Plan } from '../plan/model/plan.ts';
import { createSecrets, type Secrets } from '../secrets/secrets.ts';
import { backgroundOf } from './background.ts';
import { emptyCatalog } from './empty-catalog.ts';
import { guardedVaults } from './guarded-vaults.ts';
import { createKnownSlots, type KnownSlots } from './known-slots.ts';
import type { OpenOptions } from './options.ts';
import type { PlanKeys } from './plan-keys.ts';
import { createStores, type Stores } from './stores.ts';
import type { RetryNotice } from '../storage/wrap/tries.ts';
import { createVaults, type Vaults } from './vaults.ts';

/** What all functions of an open plan share. */
export interface State {
  readonly plan: Plan;
  /** Absolute: holds the journal and scratch folders. */
  readonly folder: string;
  readonly clock: Clock;
  readonly by: string;
  readonly secrets: Secrets;
  readonly stores: Stores;
  readonly vaults: Vaults;
  readonly knownSlots: KnownSlots;
  /** What opening a vault takes. */
  readonly keys: PlanKeys;
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
  /** Keeps an event that belongs to no run, or was not emitted by the engine, and tells the listeners. */
  readonly note: (body: MusterEventBody, run?: string) => void;
  /** Tells the routes and the listeners about an event that is on record. */
  readonly tell: (event: MusterEvent) => void;
  close(): Promise<void>;
}

export function createState(plan: Plan, options: OpenOptions): State {
  const clock = options.clock ?? systemClock;
  const folder = options.state ?? join(plan.folder, '.muster');
  const env = options.env ?? process.env;
  const secrets = createSecrets({ env, cwd: plan.folder });
  const knownSlots = createKnownSlots(folder);
  const keys = { plan, resolveSecret: secrets.resolve, knownSlots };
  const stores = createStores({
    resolveSecret: secrets.resolve,
    env,
    clock,
    locksFolder: join(folder, 'locks'),
    onRetry: (storage, notice) => showRetry(state, storage, notice),
  });
  const vaults = createVaults({
    ...keys,
    stores,
    clock,
    cacheFolder: join(folder, 'cache'),
    onKeyUsed: ({ run, ...use }) => state.note({ type: 'key.used', ...use }, run),
    onNoRescue: (storage, why) => state.note({ type: 'rescue.refused', storage, error: shown(state, why) }),
  });
  const journal = once(() => openJournal({ folder, clock }));
  const notifier = once(() => notifierOf(state));
  const state: State = {
    plan,
    folder,
    clock,
    by: options.by ?? `${usernameHere() || `uid ${process.getuid?.() ?? 'unknown'}`}@${hostname()}`,
    secrets,
    knownSlots,
    keys,
    stores,
    vaults: guardedVaults(vaults, plan, stores),
    listeners: new Set(),
    steps: new Map(),
    journal: () => {
      const isFirst = journal.made() === undefined;
      const opened = journal.get();
      if (isFirst) markInterrupted(state, opened);
      return opened;
    },
    notifier: notifier.get,
    hasJournal: () => holdsJournal(folder),
    catalog: () => (state.hasJournal() ? state.journal().catalog : emptyCatalog),
    note: (body, run = '') => {
      const event: MusterEvent = { run, at: clock.now(), ...body };
      state.journal().append(event);
      for (const listener of state.listeners) tellQuietly(listener, event);
    },
    tell: (event) => {
      notifier.get().listen(event);
      for (const listener of state.listeners) tellQuietly(listener, event);
    },
    close: async () => {
      await state.vaults.close();
      await stores.close();
      await notifier.made()?.settled();
      journal.made()?.close();
    },
  };
  return state;
}

/** A folder that cannot be looked into is a fault, not an empty one: its owner's backups would seem never made. */
function holdsJournal(folder: string): boolean {
  try {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) throw new Error('it is no folder');
    return statSync(join(folder, 'journal.db'), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw new MusterError(`the state folder ${folder} cannot be used: ${messageOf(error)}`, {
      code: 'state-unusable',
      hint: 'Run muster as the user that it belongs to, or name another folder with --state or MUSTER_STATE.',
    });
  }
}

/** Says which runs a dead process has left behind. */
function markInterrupted(state: State, journal: Journal): void {
  const now = state.clock.now();
  for (const { id, kind, name } of journal.markInterrupted(now)) {
    const steps = journal.run(id)?.steps.filter((step) => step.status === 'interrupted') ?? [];
    state.tell({ type: 'run.interrupted', run: id, at: now, kind, name, steps: steps.map((step) => step.id) });
    rmSync(join(state.folder, 'scratch', id), { recursive: true, force: true });
  }
}

/** To those who watch: it is no news once it has passed. */
function showRetry(state: State, storage: string, { attempt, wait, error }: RetryNotice): void {
  const body = { type: 'storage.retrying', storage, attempt, waitMs: wait, error: shown(state, error) } as const;
  for (const listener of state.listeners) tellQuietly(listener, { run: '', at: state.clock.now(), ...body });
}

function shown({ secrets }: State, { code, message, hint }: MusterError): ErrorFacts {
  return { code, message: secrets.redact(message), hint };
}

/** What a listener throws in a run is on record; here there is none that it could be part of. */
function tellQuietly(listener: (event: MusterEvent) => void, event: MusterEvent): void {
  try {
    listener(event);
  } catch {
    return;
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

interface Once<T> {
  readonly get: () => T;
  /** Undefined before the first `get`. */
  readonly made: () => T | undefined;
}

function once<T extends object>(make: () => T): Once<T> {
  let made: T | undefined;
  return { get: () => (made ??= make()), made: () => made };
}
