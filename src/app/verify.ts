import type { BackupRecord } from '../base/backup.ts';
import { MusterError } from '../base/error.ts';
import type { RunRecord } from '../journal/journal.ts';
import type { PlannedStep } from '../order/step.ts';
import { planVerify, planVerifyStorage } from '../order/verify-plan.ts';
import { backupOf } from './catalog.ts';
import { execute } from './engine.ts';
import type {
  VerifyLine,
  VerifyOptions,
  VerifyOutcome,
  VerifyStorageLine,
  VerifyStorageOptions,
  VerifyStorageOutcome,
} from './requests.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { State } from './state.ts';
import { filledTargets } from './stores.ts';

export async function verify(state: State, options: VerifyOptions): Promise<VerifyOutcome> {
  const { level = 'standard', storage, copies, signal } = options;
  if (storage !== undefined) named(state.plan.storage, storage, 'storage');
  const backups = chosenBackups(state, options);
  const steps = planVerify(state.plan, { backups, level, storage, copies });
  const name = [...new Set(backups.map((backup) => backup.system))].join(', ');
  const outcome = await execute(state, { kind: 'verify', name, steps, onFailure: 'continue', signal });
  return { ...outcome, results: steps.flatMap((step) => lineOf(step, outcome.record)) };
}

/** Each storage target that holds something, or the one that is named. */
export async function verifyStorages(state: State, options: VerifyStorageOptions): Promise<VerifyStorageOutcome> {
  const { storage, signal } = options;
  const names =
    storage === undefined ? await filledStorages(state) : [named(state.plan.storage, storage, 'storage').name];
  const steps = planVerifyStorage(state.plan, names);
  const name = names.join(', ');
  const outcome = await execute(state, { kind: 'verify', name, steps, onFailure: 'continue', signal });
  return { ...outcome, results: steps.flatMap((step) => storageLineOf(step, outcome.record)) };
}

async function filledStorages(state: State): Promise<readonly string[]> {
  const names = await filledTargets(state.plan, state.stores);
  if (names.length > 0) return names;
  throw new MusterError('no storage target holds anything yet', {
    code: 'no-backup',
    hint: 'Make a backup with muster backup.',
  });
}

function storageLineOf({ id, action }: PlannedStep, run: RunRecord): readonly VerifyStorageLine[] {
  if (action.kind !== 'verify-storage') return [];
  const found = factsOf(endOf(run, id), 'verify-storage') ?? nothing;
  const { score, passed, checks, notTested = [] } = found;
  return [{ storage: action.storage, score, passed, checks, notTested, error: errorOf(run, id) }];
}

function chosenBackups(state: State, { backups = [], system }: VerifyOptions): readonly BackupRecord[] {
  if (backups.length > 0) return backups.map((id) => backupOf(state, id));
  if (system !== undefined) named(state.plan.systems, system, 'system');
  const names = system === undefined ? [...state.plan.systems.keys()] : [system];
  const newest = names.flatMap((name) => state.catalog().newest(name) ?? []);
  if (newest.length > 0) return newest;
  throw new MusterError('there is no backup to verify', { code: 'no-backup', hint: 'Make one with muster backup.' });
}

const nothing = { score: 0, passed: false, checks: [], notTested: [] };

function lineOf(step: PlannedStep, run: RunRecord): readonly VerifyLine[] {
  if (step.action.kind !== 'verify') return [];
  const { backup, level, storage } = step.action;
  const found = factsOf(endOf(run, step.id), 'verify') ?? nothing;
  const { score, passed, checks, notTested = [] } = found;
  const error = errorOf(run, step.id);
  return [{ backup: backup.id, system: backup.system, level, storage, score, passed, checks, notTested, error }];
}
