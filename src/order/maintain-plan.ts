import type { BackupRecord } from '../base/backup.ts';
import type { Plan } from '../plan/model/plan.ts';
import { plainStep } from './restore-plan.ts';
import type { CopyToRemove, PlannedStep, StepAction } from './step.ts';

export interface RemovalRequest {
  /** Backups that go, each from these targets. */
  readonly backups: readonly Removal[];
  /** Targets with a vault. */
  readonly storage: readonly string[];
  /** Targets that hold backups of a system which stay. */
  readonly keeping: (system: string) => ReadonlySet<string>;
}

export interface Removal {
  readonly backup: BackupRecord;
  readonly storage: readonly string[];
}

/** For each target: its copies go, then the bytes are freed. Targets are independent of each other. */
export function planRemoval(plan: Plan, { backups, storage, keeping }: RemovalRequest): readonly PlannedStep[] {
  return storage.flatMap((name) => {
    const copies = backups.flatMap((removal) => copiesIn(removal, name));
    const last = copies.filter(({ system }) => !keeping(system).has(name) && keeping(system).size > 0);
    const forget = [
      ...forgetSteps(plan, `forget/${name}`, { storage: name, copies: copies.filter((copy) => !last.includes(copy)) }),
      ...forgetSteps(plan, `forget/${name}/last`, { storage: name, copies: last, last: 'remove' }),
    ];
    const prune = plainStep(plan, `prune/${name}`, { kind: 'prune', storage: name });
    return [...forget, { ...prune, needs: forget.map(({ id }) => id) }];
  });
}

function forgetSteps(
  plan: Plan,
  id: string,
  action: Omit<Extract<StepAction, { readonly kind: 'forget' }>, 'kind'>,
): readonly PlannedStep[] {
  return action.copies.length === 0 ? [] : [plainStep(plan, id, { kind: 'forget', ...action })];
}

function copiesIn({ backup: { id, system, storage }, storage: from }: Removal, name: string): readonly CopyToRemove[] {
  return storage
    .filter((copy) => copy.name === name && copy.status === 'stored' && from.includes(name))
    .map(({ snapshot }) => ({ backup: id, system, snapshot }));
}

/** One step for each move, one after the other; then what the targets do not need any more is freed. */
export function planMoves(
  plan: Plan,
  moves: readonly { readonly backup: BackupRecord; readonly from: string; readonly to: string }[],
): readonly PlannedStep[] {
  const steps = moves.map(({ backup, from, to }) =>
    plainStep(plan, `move/${from}/${backup.id.slice(0, 16)}`, { kind: 'move', backup, from, to }),
  );
  const sources = [...new Set(moves.map(({ from }) => from))];
  const prunes = sources.map((storage) => ({
    ...plainStep(plan, `prune/${storage}`, { kind: 'prune', storage }),
    after: steps.map(({ id }) => id),
  }));
  return [...steps, ...prunes];
}

/** Mends one target, with what the others hold. */
export function planRepair(
  plan: Plan,
  request: { readonly storage: string; readonly donors: readonly string[]; readonly foreign: readonly string[] },
): readonly PlannedStep[] {
  return [plainStep(plan, `repair/${request.storage}`, { kind: 'repair', ...request })];
}
