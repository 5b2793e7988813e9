import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { planRemoval } from '../order/maintain-plan.ts';
import type { PlannedStep } from '../order/step.ts';
import type { RetentionDecision } from '../retention/decide.ts';
import { decide } from '../retention/decide.ts';
import { excessOf, guard } from '../retention/guard.ts';
import { execute } from './engine.ts';
import type { PruneEstimate, PruneOptions, PruneOutcome } from './requests.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { State } from './state.ts';
import { filledTargets } from './stores.ts';

/** What retention decides, with what the guard holds back, unless that is overridden. */
async function decisionsOf(state: State, options: PruneOptions): Promise<readonly RetentionDecision[]> {
  const { systems = [], guard: mode = 'hold' } = options;
  for (const name of systems) named(state.plan.systems, name, 'system');
  const catalog = state.catalog();
  const backups = catalog.backups().filter(({ system }) => systems.length === 0 || systems.includes(system));
  const decisions = decide(state.plan, backups, state.clock.now());
  if (mode === 'override' || decisions.every(({ action }) => action === 'keep')) return decisions;
  const times = await storeTimes(state);
  return guard(decisions, backups, {
    provenBackup: (system) => catalog.provenBackup(system),
    storedAt: (storage, snapshot) => times.get(storage)?.get(snapshot),
  });
}

/** Targets that can't be opened now have nothing to say; their copies stay until they can. */
async function storeTimes(state: State): Promise<ReadonlyMap<string, ReadonlyMap<string, Instant>>> {
  const times = new Map<string, ReadonlyMap<string, Instant>>();
  for (const name of await filledTargets(state.plan, state.stores)) {
    try {
      times.set(name, await (await state.vaults.open(name, { purpose: 'prune' })).storedAt());
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
    }
  }
  return times;
}

/** What `prune` would do, and what it would free; changes nothing. */
export async function estimatePrune(state: State, options: PruneOptions): Promise<PruneEstimate> {
  const decisions = await decisionsOf(state, options);
  const gone = goneOf(state, decisions);
  let bytesFreed = 0;
  for (const name of await filledTargets(state.plan, state.stores)) {
    const vault = await state.vaults.open(name, { purpose: 'prune' });
    const without = gone.flatMap(({ storage }) => storage.flatMap((copy) => (copy.name === name ? copy.snapshot : [])));
    bytesFreed += (await vault.prune({ mode: 'plan', without, signal: options.signal })).bytesFreed;
  }
  return { decisions, excess: excessOf(decisions, options.maxDelete ?? usualMaxDelete), bytesFreed };
}

const usualMaxDelete = 0.5;

/** Removes what retention decides from every target, and frees its bytes. Throws `too-much-to-remove`. */
export async function prune(state: State, options: PruneOptions): Promise<PruneOutcome> {
  const { maxDelete = usualMaxDelete, excess = 'refuse', reason, signal } = options;
  const decisions = await decisionsOf(state, options);
  if (excess === 'refuse') refuseExcess(decisions, maxDelete);
  const gone = goneOf(state, decisions);
  const storage = await filledTargets(state.plan, state.stores);
  const steps = planRemoval(state.plan, { backups: gone, storage });
  const systems = [...new Set(gone.map(({ system }) => system))];
  const outcome = await execute(state, {
    kind: 'maintain',
    name: 'prune',
    steps,
    reason,
    leases: [...systems.map((name) => `system:${name}`), ...storage.map((name) => `storage:${name}`)],
    onFailure: 'continue',
    signal,
  });
  return { ...outcome, ...resultsOf(steps, outcome.record, gone), decisions };
}

function refuseExcess(decisions: readonly RetentionDecision[], share: number): void {
  const [first] = excessOf(decisions, share);
  if (first === undefined) return;
  const { system, schedule, all, removed } = first;
  const scope = schedule === undefined ? `${system} (by hand)` : `${system} (${schedule})`;
  throw new MusterError(`${removed} of ${all} backups of ${scope} would be removed, more than ${share * 100} %`, {
    code: 'too-much-to-remove',
    hint: 'Look at muster prune --dry-run; then allow it with --max-delete or --yes.',
  });
}

function goneOf(state: State, decisions: readonly RetentionDecision[]): readonly BackupRecord[] {
  return decisions.flatMap(({ action, backup }) => (action === 'delete' ? (state.catalog().find(backup) ?? []) : []));
}

function resultsOf(
  steps: readonly PlannedStep[],
  record: PruneOutcome['record'],
  gone: readonly BackupRecord[],
): Pick<PruneOutcome, 'removed' | 'bytesFreed' | 'errors' | 'refused'> {
  const ends = steps.map(({ id }) => endOf(record, id));
  const removedFrom = new Set(
    ends.flatMap((end) => {
      const facts = factsOf(end, 'forget');
      return facts === undefined ? [] : facts.removed.map(({ backup }) => `${facts.storage} ${backup}`);
    }),
  );
  const isGone = ({ id, storage }: BackupRecord): boolean =>
    storage.every(({ name, status }) => status !== 'stored' || removedFrom.has(`${name} ${id}`));
  return {
    removed: gone.filter(isGone).length,
    bytesFreed: ends.reduce((sum, end) => sum + (factsOf(end, 'prune')?.bytesFreed ?? 0), 0),
    errors: steps.flatMap(({ id }) => errorOf(record, id) ?? []),
    refused: ends.flatMap((end) => end?.faults ?? []),
  };
}
