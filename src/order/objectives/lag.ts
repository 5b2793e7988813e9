import type { BackupRecord } from '../../base/backup.ts';
import type { Instant, Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import type { Plan } from '../../plan/model/plan.ts';
import type { System } from '../../plan/model/system.ts';
import { isStored, wantedFor } from '../copy-plan.ts';
import { verdictOn, type Judgement } from './verdict.ts';

/** How far the backups of a system in one further target are behind. */
export interface CopyLag extends Judgement {
  readonly storage: string;
  /** How much older the newest backup there is than the newest one that belongs there; undefined: none is there. */
  readonly lag: Milliseconds | undefined;
  /** What would be lost now if only this target were left; undefined: everything. */
  readonly age: Milliseconds | undefined;
  /** Backups newer than the newest one there that belong there. */
  readonly missing: number;
}

export interface LagQuestion {
  readonly system: System;
  /** All of the system, newest first. */
  readonly backups: readonly BackupRecord[];
  readonly now: Instant;
}

/** One for each of the system's copies, in the order of the plan. */
export function judgeLag(plan: Plan, question: LagQuestion): readonly CopyLag[] {
  const { system } = question;
  return system.source ? (system.storage?.copies ?? []).map((storage) => lagIn(plan, storage, question)) : [];
}

function lagIn(plan: Plan, storage: string, { system, backups, now }: LagQuestion): CopyLag {
  const target = system.objectives.rpo;
  const wanted = backups.filter((backup) => wantedFor(plan, backup).includes(storage));
  const there = backups.find((backup) => isStored(backup, storage));
  const missing = wanted.filter((backup) => there === undefined || backup.startedAt > there.startedAt);
  const [newest] = missing;
  const age = there && Math.max(0, now - there.startedAt);
  if (newest === undefined) {
    const [verdict, reason] = there ? (['met', 'it is up to date'] as const) : (['unknown', 'no backup yet'] as const);
    return { storage, lag: there && 0, age, missing: 0, verdict, reasons: [reason] };
  }
  const lag = there && newest.startedAt - there.startedAt;
  const found = { storage, lag, age, missing: missing.length };
  if (target === undefined) return { ...found, verdict: 'unknown', reasons: [behind(found), 'it has no rpo'] };
  if (lag !== undefined) return { ...found, verdict: verdictOn(lag, target), reasons: [behind(found)] };
  const since = now - (missing.at(-1) ?? newest).startedAt;
  return { ...found, verdict: since > target ? 'violated' : 'at-risk', reasons: [behind(found)] };
}

function behind({ lag, missing }: Pick<CopyLag, 'lag' | 'missing'>): string {
  const count = `${missing} ${missing === 1 ? 'backup is' : 'backups are'} missing there`;
  return lag === undefined ? `no backup is there: ${count}` : `${formatDuration(lag)} behind: ${count}`;
}
