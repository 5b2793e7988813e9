import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { planRemoval, type Removal } from '../order/maintain-plan.ts';
import type { PlannedStep } from '../order/step.ts';
import { keepForCopies } from '../retention/awaited.ts';
import type { RetentionDecision } from '../retention/decide.ts';
import { decide } from '../retention/decide.ts';
import { excessOf, guard } from '../retention/guard.ts';
import { awaitedCopies } from './copy.ts';
import { execute } from './engine.ts';
import type { LockedStorage, PruneEstimate, PruneOptions, PruneOutcome } from './requests.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { SkippedStorage } from './skipped-storage.ts';
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
  const guarded = guard(decisions, backups, {
    provenBackup: (system) => catalog.provenBackup(system),
    storedAt: (storage, snapshot) => times.get(storage)?.get(snapshot),
  });
  return keepForCopies(state.plan, guarded, awaitedCopies(state));
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
  const gone = removalsOf(state, decisions);
  const { pruned, skipped } = await targetsToPrune(state, gone);
  let bytesFreed = 0;
  for (const name of pruned) {
    const vault = await state.vaults.open(name, { purpose: 'prune' });
    const without = gone.flatMap((removal) => snapshotsOf(removal, name));
    bytesFreed += (await vault.prune({ mode: 'plan', without, signal: options.signal })).bytesFreed;
  }
  return { decisions, excess: excessOf(decisions, options.maxDelete ?? usualMaxDelete), bytesFreed, skipped };
}

const usualMaxDelete = 0.5;

interface TargetsToPrune {
  readonly pruned: readonly string[];
  readonly skipped: readonly SkippedStorage[];
}

/** What an append-only target holds can be removed by nobody here, so nothing is asked of it. */
async function targetsToPrune({ plan, stores }: State, gone: readonly Removal[]): Promise<TargetsToPrune> {
  const filled = await filledTargets(plan, stores);
  const keeps = (name: string): boolean => {
    const target = plan.storage.get(name);
    return target !== undefined && 'appendOnly' in target && target.appendOnly;
  };
  const reason = 'nothing is removed from a target that is append-only';
  const skipped = filled.filter(keeps).map((storage) => {
    const backups = gone.filter((removal) => snapshotsOf(removal, storage).length > 0).length;
    return { storage, backups, reason };
  });
  return { pruned: filled.filter((name) => !keeps(name)), skipped };
}

/** Removes what retention decides from every target, and frees its bytes. Throws `too-much-to-remove`. */
export async function prune(state: State, options: PruneOptions): Promise<PruneOutcome> {
  const { maxDelete = usualMaxDelete, excess = 'refuse', reason, signal } = options;
  const decisions = await decisionsOf(state, options);
  if (excess === 'refuse') refuseExcess(decisions, maxDelete);
  const gone = removalsOf(state, decisions);
  const { pruned: storage, skipped } = await targetsToPrune(state, gone);
  const steps = planRemoval(state.plan, { backups: gone, storage, keeping: keepingOf(state, decisions) });
  const systems = [...new Set(gone.map(({ backup }) => backup.system))];
  const outcome = await execute(state, {
    kind: 'maintain',
    name: 'prune',
    steps,
    reason,
    leases: [...systems.map((name) => `system:${name}`), ...storage.map((name) => `storage:${name}`)],
    onFailure: 'continue',
    signal,
  });
  return { ...outcome, ...resultsOf(steps, outcome.record, gone), decisions, skipped };
}

function refuseExcess(decisions: readonly RetentionDecision[], share: number): void {
  const [first] = excessOf(decisions, share);
  if (first === undefined) return;
  const { system, schedule, storage, all, removed } = first;
  const scope = `${system} (${schedule ?? 'by hand'}${storage === undefined ? '' : `, on ${storage}`})`;
  throw new MusterError(`${removed} of ${all} backups of ${scope} would be removed, more than ${share * 100} %`, {
    code: 'too-much-to-remove',
    hint: 'Look at muster prune --dry-run; then allow it with --max-delete or --yes.',
  });
}

/** Each backup once, with the targets that it goes from. */
function removalsOf(state: State, decisions: readonly RetentionDecision[]): readonly Removal[] {
  const targets = new Map<string, string[]>();
  for (const decision of decisions) {
    const backup = decision.action === 'delete' ? state.catalog().find(decision.backup) : undefined;
    if (backup === undefined) continue;
    targets.set(backup.id, [...(targets.get(backup.id) ?? []), ...targetsOf(state, decision, backup)]);
  }
  return [...targets].flatMap(([id, storage]) => {
    const backup = state.catalog().find(id);
    return backup === undefined ? [] : [{ backup, storage }];
  });
}

/** The copies that a decision is about. */
function targetsOf({ plan }: State, { storage }: RetentionDecision, backup: BackupRecord): readonly string[] {
  if (storage !== undefined) return [storage];
  const stored = backup.storage.filter(({ status }) => status === 'stored').map(({ name }) => name);
  return stored.filter((name) => plan.storage.get(name)?.retention === undefined);
}

function snapshotsOf({ backup, storage }: Removal, name: string): readonly string[] {
  if (!storage.includes(name)) return [];
  return backup.storage.flatMap((copy) => (copy.name === name && copy.status === 'stored' ? copy.snapshot : []));
}

/** Targets with backups of a system that stay, by the catalog. */
function keepingOf(state: State, decisions: readonly RetentionDecision[]): (system: string) => ReadonlySet<string> {
  const keeping = new Map<string, Set<string>>();
  for (const decision of decisions) {
    const backup = decision.action === 'keep' ? state.catalog().find(decision.backup) : undefined;
    if (backup === undefined) continue;
    const targets = keeping.get(backup.system) ?? new Set();
    for (const name of targetsOf(state, decision, backup)) targets.add(name);
    keeping.set(backup.system, targets);
  }
  return (system) => keeping.get(system) ?? new Set();
}

function resultsOf(
  steps: readonly PlannedStep[],
  record: PruneOutcome['record'],
  gone: readonly Removal[],
): Pick<PruneOutcome, 'removed' | 'bytesFreed' | 'errors' | 'refused' | 'locked'> {
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
    removed: gone.filter(({ backup }) => isGone(backup)).length,
    bytesFreed: ends.reduce((sum, end) => sum + (factsOf(end, 'prune')?.bytesFreed ?? 0), 0),
    errors: steps.flatMap(({ id }) => errorOf(record, id) ?? []),
    refused: ends.flatMap((end) => end?.faults ?? []),
    locked: lockedIn(ends),
  };
}

function lockedIn(ends: readonly ReturnType<typeof endOf>[]): readonly LockedStorage[] {
  const found = new Map<string, LockedStorage>();
  for (const end of ends) {
    const { storage, locked: copies = [] } = factsOf(end, 'forget') ?? {};
    for (const { until } of copies) addLocked(found, { storage: storage ?? '', backups: 1, bytes: 0, until });
    const pruned = factsOf(end, 'prune');
    if (pruned?.locked !== undefined) addLocked(found, { storage: pruned.storage, backups: 0, ...pruned.locked });
  }
  return [...found.values()];
}

function addLocked(found: Map<string, LockedStorage>, { storage, backups, bytes, until }: LockedStorage): void {
  const before = found.get(storage) ?? { storage, backups: 0, bytes: 0, until: undefined };
  found.set(storage, {
    storage,
    backups: before.backups + backups,
    bytes: before.bytes + bytes,
    until: Math.max(before.until ?? 0, until ?? 0) || undefined,
  });
}
