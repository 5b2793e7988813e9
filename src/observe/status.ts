import type { BackupRecord } from '../base/backup.ts';
import type { Instant, Milliseconds } from '../base/clock.ts';
import { judgeLag, type CopyLag } from '../order/objectives/lag.ts';
import type { TamperTest } from '../journal/tamper-test.ts';
import { judgeProof, type ProofJudgement } from '../order/objectives/proof.ts';
import { type Judgement, type Verdict, verdictOn } from '../order/objectives/verdict.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { System } from '../plan/model/system.ts';
import type { StorageOutlook } from './outlook.ts';
import { dueFinder, type Overdue } from './overdue.ts';

/** How things are at an instant, worked out from the plan: what did not run is noticed without anyone reporting it. */
export interface StatusReport {
  readonly at: Instant;
  readonly systems: readonly SystemStatus[];
  readonly storage: readonly StorageStatus[];
}

export interface SystemStatus {
  readonly name: string;
  readonly tier: string | undefined;
  /** When the newest backup began. */
  readonly lastBackup: Instant | undefined;
  readonly lastVerified: Instant | undefined;
  readonly lastProvenRestore: Instant | undefined;
  /** When the next backup is due. */
  readonly nextBackup: Instant | undefined;
  readonly rpo: CurrentRpo;
  readonly proof: ProofJudgement;
  /** How far each further target is behind. */
  readonly copies: readonly CopyLag[];
  /**
   * `failing`: the last backups failed; `never`: there is none; `overdue`: one was due and there is none since.
   * Systems without a source are `ok`.
   */
  readonly state: 'ok' | 'overdue' | 'failing' | 'never';
  /** At least one. */
  readonly reasons: readonly string[];
}

/** What would be lost right now. */
export interface CurrentRpo extends Judgement {
  readonly target: Milliseconds | undefined;
  /** Age of the newest backup, by its start. */
  readonly age: Milliseconds | undefined;
}

export interface StorageStatus extends StorageOutlook {
  readonly name: string;
  readonly location: string | undefined;
  readonly capacity: number | undefined;
  readonly fraction: number | undefined;
  /** `at-risk` from 80 % on, `violated` above the capacity. */
  readonly verdict: Verdict;
  /** What the newest tamper test found, and how long ago; undefined: there was none. */
  readonly tamperTest: (TamperTest & { readonly age: Milliseconds }) | undefined;
  /** What somebody has removed or replaced there; undefined: nobody knows, or it is not immutable. */
  readonly changes: StorageChanges | undefined;
  /** How far plan and catalog lie sealed there; undefined: nobody has tried yet. */
  readonly catalog: SealedState | undefined;
}

/** Of the plan and the catalog in a storage target. */
export interface SealedState {
  /** False where only the repository's own objects can be kept. */
  readonly kept: boolean;
  /** When they were last brought up to date. */
  readonly at: Instant | undefined;
  /** Executed runs since. */
  readonly runsBehind: number;
  /** Why the last attempt failed. */
  readonly fault: string | undefined;
}

/** Objects whose first version is still there, below what was done to them. */
export interface StorageChanges {
  readonly removed: number;
  readonly replaced: number;
}

/** What the journal and the storage targets know. */
export interface StatusFacts {
  readonly system: (name: string) => SystemState;
  /** What a storage target holds; undefined when nobody knows. */
  readonly outlook: (storage: string) => StorageOutlook | undefined;
  readonly tamperTest?: (storage: string) => TamperTest | undefined;
  readonly changes?: (storage: string) => StorageChanges | undefined;
  readonly sealed?: (storage: string) => SealedState | undefined;
}

export interface SystemState {
  readonly newest?: BackupRecord | undefined;
  /** All of its backups, newest first; needed where there are copies. */
  readonly backups?: readonly BackupRecord[] | undefined;
  readonly firstBackupAt?: Instant | undefined;
  readonly lastVerifiedAt?: Instant | undefined;
  readonly lastProvenRestoreAt?: Instant | undefined;
  readonly measuredBackupMs?: Milliseconds | undefined;
  /** Failed backups since the last recorded one. */
  readonly failuresInARow?: number | undefined;
}

export function status(plan: Plan, facts: StatusFacts, now: Instant): StatusReport {
  const due = dueFinder(now);
  const systems = [...plan.systems.values()].map((system) => {
    const state = facts.system(system.name);
    const overdue = due.overdue(system, { lastAt: state.newest?.startedAt, tookMs: state.measuredBackupMs ?? 0 });
    return { ...systemStatus(plan, { system, state, overdue, now }), nextBackup: due.next(system) };
  });
  const storage = [...plan.storage.values()].map((one) => storageStatus(one, facts, now));
  return { at: now, systems, storage };
}

interface SystemQuestion {
  readonly system: System;
  readonly state: SystemState;
  readonly overdue: Overdue | undefined;
  readonly now: Instant;
}

function systemStatus(plan: Plan, question: SystemQuestion): Omit<SystemStatus, 'nextBackup'> {
  const { system, state, now } = question;
  const { lastVerifiedAt, lastProvenRestoreAt, firstBackupAt, newest, backups = [] } = state;
  return {
    name: system.name,
    tier: system.tier,
    lastBackup: newest?.startedAt,
    lastVerified: lastVerifiedAt,
    lastProvenRestore: lastProvenRestoreAt,
    rpo: currentRpo(question),
    proof: judgeProof({ system, now, lastProvenRestoreAt, firstBackupAt }),
    copies: judgeLag(plan, { system, backups, now }),
    ...stateOf(question),
  };
}

function stateOf({ system, state, overdue }: SystemQuestion): Pick<SystemStatus, 'state' | 'reasons'> {
  const failures = state.failuresInARow ?? 0;
  if (!system.source) return { state: 'ok', reasons: ['it has no source: there is nothing to back up'] };
  if (failures > 0)
    return { state: 'failing', reasons: [`${failures} failed backup${failures === 1 ? '' : 's'} in a row`] };
  if (!state.newest) return { state: 'never', reasons: ['there is no backup of it'] };
  if (overdue) return { state: 'overdue', reasons: [overdue.reason] };
  if (state.newest.status === 'partial')
    return { state: 'ok', reasons: [`the newest backup is partial${lackingText(state.newest)}`] };
  return { state: 'ok', reasons: ['the newest backup is complete and in time'] };
}

function lackingText({ lacks, storage }: BackupRecord): string {
  if (lacks === undefined) return '';
  const names = storage.flatMap(({ name, status }) => (status === 'failed' ? name : []));
  return `: it lacks its copy in ${names.join(', ')}`;
}

function currentRpo({ system, state, now }: SystemQuestion): CurrentRpo {
  const target = system.objectives.rpo;
  const age = state.newest && Math.max(0, now - state.newest.startedAt);
  if (!system.source) return { target, age, verdict: 'unknown', reasons: ['it has no source'] };
  if (target === undefined) return { target, age, verdict: 'unknown', reasons: ['it has no rpo'] };
  if (age === undefined) return { target, age, verdict: 'violated', reasons: ['there is no backup'] };
  return { target, age, verdict: verdictOn(age, target), reasons: ['age of the newest backup'] };
}

function storageStatus({ name, location, capacity }: Storage, known: StatusFacts, now: Instant): StorageStatus {
  const test = known.tamperTest?.(name);
  const outlook = known.outlook(name) ?? unknownOutlook;
  const tamperTest = test && { ...test, age: Math.max(0, now - test.at) };
  const { used } = outlook;
  const changes = known.changes?.(name);
  const facts = { name, location, capacity, ...outlook, tamperTest, changes, catalog: known.sealed?.(name) };
  if (used === undefined || capacity === undefined) return { ...facts, fraction: undefined, verdict: 'unknown' };
  return { ...facts, fraction: used / capacity, verdict: verdictOn(used, capacity) };
}

const unknownOutlook: StorageOutlook = {
  used: undefined,
  measuredAt: undefined,
  growth: undefined,
  fullAt: undefined,
  cost: undefined,
};
