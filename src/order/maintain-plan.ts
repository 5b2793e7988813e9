import type { BackupRecord } from '../base/backup.ts';
import type { Plan } from '../plan/model/plan.ts';
import { plainStep } from './restore-plan.ts';
import type { CopyToRemove, PlannedStep } from './step.ts';

export interface RemovalRequest {
  /** Backups that go, from every target that has them. */
  readonly backups: readonly BackupRecord[];
  /** Targets with a vault. */
  readonly storage: readonly string[];
}

/** For each target: its copies go, then the bytes are freed. Targets are independent of each other. */
export function planRemoval(plan: Plan, { backups, storage }: RemovalRequest): readonly PlannedStep[] {
  return storage.flatMap((name) => {
    const copies = backups.flatMap((backup) => copiesIn(backup, name));
    const prune = plainStep(plan, `prune/${name}`, { kind: 'prune', storage: name });
    if (copies.length === 0) return [prune];
    const forget = plainStep(plan, `forget/${name}`, { kind: 'forget', storage: name, copies });
    return [forget, { ...prune, needs: [forget.id] }];
  });
}

function copiesIn({ id, system, storage }: BackupRecord, name: string): readonly CopyToRemove[] {
  return storage
    .filter((copy) => copy.name === name && copy.status === 'stored')
    .map(({ snapshot }) => ({ backup: id, system, snapshot }));
}

/** Mends one target, with what the others hold. */
export function planRepair(
  plan: Plan,
  request: { readonly storage: string; readonly donors: readonly string[]; readonly foreign: readonly string[] },
): readonly PlannedStep[] {
  return [plainStep(plan, `repair/${request.storage}`, { kind: 'repair', ...request })];
}
