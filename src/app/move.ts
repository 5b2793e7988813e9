import { MusterError } from '../base/error.ts';
import { planMoves } from '../order/maintain-plan.ts';
import type { PlannedStep } from '../order/step.ts';
import type { Storage } from '../plan/model/storage.ts';
import { lifecycleMoves, movable, type Move } from '../retention/moves.ts';
import { execute } from './engine.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { MoveLine, MoveOptions, MoveOutcome, RunOutcome } from './requests.ts';
import type { State } from './state.ts';
import { measureAll } from './storage-use.ts';

/** What lifecycles ask for, then what makes room in targets that are too full. */
export async function plannedMoves(state: State, options: MoveOptions): Promise<readonly Move[]> {
  const { storage: only } = options;
  if (only !== undefined) named(state.plan.storage, only, 'storage');
  const [backups, now] = [state.catalog().backups(), state.clock.now()];
  const old = lifecycleMoves(state.plan, backups, now);
  const moves = [...old];
  for (const storage of state.plan.storage.values()) {
    if (storage.rebalance === undefined || (only !== undefined && storage.name !== only)) continue;
    const candidates = movable(state.plan, { storage, backups, going: old, now });
    moves.push(...(await enough(state, { storage, candidates, going: old }, options)));
  }
  return moves.filter(({ from }) => only === undefined || from === only);
}

/** Nothing is put on record when nothing is to be moved. */
export async function move(state: State, options: MoveOptions): Promise<MoveOutcome> {
  const moves = await plannedMoves(state, options);
  if (moves.length === 0) return { run: undefined, moves: [], bytesFreed: 0 };
  const steps = planMoves(state.plan, moves);
  const systems = new Set(moves.map(({ backup }) => backup.system));
  const targets = new Set(moves.flatMap(({ from, to }) => [from, to]));
  const run = await execute(state, {
    kind: 'maintain',
    name: 'move',
    steps,
    reason: options.reason,
    leases: [...[...systems].map((name) => `system:${name}`), ...[...targets].map((name) => `storage:${name}`)],
    onFailure: 'continue',
    signal: options.signal,
  });
  return { run, moves: lines(moves, steps, run), bytesFreed: freedBy(steps, run) };
}

interface Rebalancing {
  readonly storage: Storage;
  readonly candidates: readonly Move[];
  readonly going: readonly Move[];
}

/** As few of the oldest as bring the target below its share, or free what can be freed where that is not enough. */
async function enough(state: State, { storage, candidates, going }: Rebalancing, { signal }: MoveOptions) {
  const { name, capacity = 0, rebalance } = storage;
  const used = (await measureAll(state, [storage])).get(name)?.used;
  if (used === undefined) throw unmeasured(name);
  const excess = used - capacity * (rebalance?.above ?? 1);
  if (excess <= 0 || candidates.length === 0) return [];
  const vault = await state.vaults.open(name, { purpose: 'move' });
  const fixed = going.filter(({ from }) => from === name);
  const frees = async (count: number): Promise<number> => {
    const without = [...fixed, ...candidates.slice(0, count)].flatMap((each) => snapshotsOf(each));
    return (await vault.prune({ mode: 'plan', without, signal })).bytesFreed;
  };
  const goal = Math.min(excess, await frees(candidates.length));
  return candidates.slice(0, await fewest(candidates.length, async (count) => (await frees(count)) >= goal));
}

/** The smallest number up to `most` for which it is true, if it is true for all greater ones. */
async function fewest(most: number, isEnough: (count: number) => Promise<boolean>): Promise<number> {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function snapshotsOf({ backup, from }: Move): readonly string[] {
  return backup.storage.flatMap((copy) => (copy.name === from && copy.status === 'stored' ? copy.snapshot : []));
}

function unmeasured(name: string): MusterError {
  return new MusterError(`what storage ${name} holds can't be measured now, so nobody knows whether it is too full`, {
    code: 'storage-unreachable',
    hint: 'Try again when it can be reached, or move from other targets with --storage.',
    retryable: true,
  });
}

function lines(moves: readonly Move[], steps: readonly PlannedStep[], { record }: RunOutcome): readonly MoveLine[] {
  return moves.map(({ backup, from, to, reason }, at) => {
    const id = steps[at]?.id ?? '';
    const facts = factsOf(endOf(record, id), 'move');
    const status = facts?.removed === true ? 'moved' : 'failed';
    return { backup: backup.id, system: backup.system, from, to, reason, status, error: errorOf(record, id) };
  });
}

function freedBy(steps: readonly PlannedStep[], { record }: RunOutcome): number {
  return steps.reduce((sum, { id }) => sum + (factsOf(endOf(record, id), 'prune')?.bytesFreed ?? 0), 0);
}
