import type { Instant, Milliseconds } from '../base/clock.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Replication, System } from '../plan/model/system.ts';
import { type CopiesJudgement, judgeCopies } from './objectives/copies.ts';
import { gapFinder } from './objectives/gaps.ts';
import { judgeProof, type ProofJudgement } from './objectives/proof.ts';
import { judgeRpo, type CopyDelay, type RpoJudgement } from './objectives/rpo.ts';
import { arrivals, judgeRto, type RtoJudgement } from './objectives/rto.ts';
import { recoveryOrder } from './recovery-order.ts';

/** The verdict on each objective of one system, with the numbers used. Lengths of time are milliseconds. */
export interface ObjectiveReport {
  readonly system: string;
  readonly rpo: RpoJudgement;
  readonly rto: RtoJudgement;
  readonly copies: CopiesJudgement;
  readonly proof: ProofJudgement;
}

/** What earlier runs have shown about a system; undefined: nothing. */
export interface SystemFacts {
  /** Duration of its last successful backup. */
  readonly measuredBackupMs?: Milliseconds | undefined;
  /** Duration of its last copy to a target, where copies are made after the backup. */
  readonly measuredCopyMs?: ((storage: string) => Milliseconds | undefined) | undefined;
  /** Duration of its last successful restore. */
  readonly measuredRestoreMs?: Milliseconds | undefined;
  readonly lastProvenRestoreAt?: Instant | undefined;
  readonly firstBackupAt?: Instant | undefined;
}

export interface JudgeOptions {
  readonly now: Instant;
  /** Default: nothing is known. */
  readonly facts?: ((system: string) => SystemFacts) | undefined;
  /** Storage targets whose locks have been shown not to hold. */
  readonly destructible?: ReadonlySet<string> | undefined;
  /** Names of the systems to report on; undefined: all. */
  readonly systems?: readonly string[] | undefined;
}

/** Judges what the plan promises against what its schedules, needs and storage can hold, in the order of the plan. */
export function judgeObjectives(plan: Plan, options: JudgeOptions): readonly ObjectiveReport[] {
  const { now, facts = nothingKnown } = options;
  const ordered = recoveryOrder(plan).waves.flatMap((wave) => wave.map(({ system }) => system));
  const recovery = arrivals(ordered, (system) => facts(system).measuredRestoreMs);
  const gapOf = gapFinder(now);
  return systemsOf(plan, options.systems).flatMap((system) => {
    const known = facts(system.name);
    const arrival = recovery.get(system.name);
    if (!arrival) return [];
    const { measuredBackupMs: backupMs, lastProvenRestoreAt, firstBackupAt } = known;
    const gap = system.source ? gapOf(system.schedules) : undefined;
    const delays = copyDelays(system, known, gapOf);
    return {
      system: system.name,
      rpo: judgeRpo({ system, gap, backupMs, delays, timezone: plan.timezone }),
      rto: judgeRto(arrival),
      copies: judgeCopies(plan, system, options.destructible),
      proof: judgeProof({ system, now, lastProvenRestoreAt, firstBackupAt }),
    };
  });
}

/** Synchronous copies are a part of the backup and of its duration; of batches the longest wait counts. */
function copyDelays(system: System, facts: SystemFacts, gapOf: ReturnType<typeof gapFinder>): readonly CopyDelay[] {
  const { copies = [], replication } = system.storage ?? {};
  const batch = replication?.mode === 'batch' ? gapOf([replication]) : undefined;
  const wait = batch === undefined ? 0 : batch.until - batch.from;
  return copies.map((storage) => ({ storage, ms: wait + (delayOf(replication, facts, storage) ?? 0) }));
}

function delayOf(replication: Replication | undefined, { measuredCopyMs }: SystemFacts, storage: string) {
  return replication === undefined || replication.mode === 'synchronous' ? undefined : measuredCopyMs?.(storage);
}

function nothingKnown(): SystemFacts {
  return {};
}

function systemsOf(plan: Plan, names: readonly string[] | undefined): readonly System[] {
  const systems = [...plan.systems.values()];
  if (!names) return systems;
  const wanted = new Set(names);
  return systems.filter((system) => wanted.has(system.name));
}
