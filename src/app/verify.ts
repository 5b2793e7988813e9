import type { BackupRecord } from '../base/backup.ts';
import { MusterError } from '../base/error.ts';
import type { RunRecord } from '../journal/journal.ts';
import type { PlannedStep } from '../order/step.ts';
import { planVerify } from '../order/verify-plan.ts';
import { backupOf } from './catalog.ts';
import { execute } from './engine.ts';
import type { VerifyLine, VerifyOptions, VerifyOutcome } from './muster.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { State } from './state.ts';

export async function verify(state: State, options: VerifyOptions): Promise<VerifyOutcome> {
  const { level = 'standard', storage, copies, signal } = options;
  if (storage !== undefined) named(state.plan.storage, storage, 'storage');
  const backups = chosenBackups(state, options);
  const steps = planVerify(state.plan, { backups, level, storage, copies });
  const name = [...new Set(backups.map((backup) => backup.system))].join(', ');
  const outcome = await execute(state, { kind: 'verify', name, steps, onFailure: 'continue', signal });
  return { ...outcome, results: steps.flatMap((step) => lineOf(step, outcome.record)) };
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
