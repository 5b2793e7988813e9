import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/storage.ts';
import { describeCalendarDuration, instantBefore } from './calendar-duration.ts';
import { decide } from './decide.ts';

/** A copy of a backup that goes from one storage target to another. */
export interface Move {
  readonly backup: BackupRecord;
  readonly from: string;
  readonly to: string;
  /** For people. */
  readonly reason: string;
}

/**
 * What is old enough to go elsewhere, the oldest first. Of the steps of a lifecycle the last that applies decides. What
 * retention removes here or would remove there stays where it is.
 */
export function lifecycleMoves(plan: Plan, backups: readonly BackupRecord[], now: Instant): readonly Move[] {
  const moves = [...plan.storage.values()].flatMap((storage) => {
    const steps = storage.lifecycle.map((step) => ({ ...step, before: instantBefore(now, step.after, plan.timezone) }));
    return heldBy(storage, backups).flatMap((backup) => {
      const step = steps.findLast(({ before }) => backup.startedAt <= before);
      if (step === undefined) return [];
      const reason = `older than ${describeCalendarDuration(step.after)}`;
      return [{ backup, from: storage.name, to: step.to, reason }];
    });
  });
  return keptMoves(plan, { backups, moves, now });
}

/**
 * What could go from a target that is too full, the oldest first: not the newest complete backup of a system and
 * schedule there, and not what goes already.
 */
export function movable(plan: Plan, question: MovableQuestion): readonly Move[] {
  const { storage, backups, going, now } = question;
  const { name, rebalance } = storage;
  if (rebalance === undefined) return [];
  const leaving = new Set(going.flatMap((move) => (move.from === name ? move.backup.id : [])));
  const held = heldBy(storage, backups);
  const newest = newestOf(held);
  const reason = `${name} is more than ${rebalance.above * 100} % full`;
  const moves = held
    .filter(({ id }) => !leaving.has(id) && !newest.has(id))
    .map((backup) => ({ backup, from: name, to: rebalance.to, reason }));
  return keptMoves(plan, { backups, moves, now });
}

export interface MovableQuestion {
  readonly storage: Storage;
  readonly backups: readonly BackupRecord[];
  /** Moves that are made anyway. */
  readonly going: readonly Move[];
  readonly now: Instant;
}

/** The oldest first. */
function heldBy({ name }: Storage, backups: readonly BackupRecord[]): readonly BackupRecord[] {
  return backups.filter((backup) => isStored(backup, name)).toSorted((a, b) => a.startedAt - b.startedAt);
}

/** Ids of the newest complete backup of each scope. */
function newestOf(held: readonly BackupRecord[]): ReadonlySet<string> {
  const newest = new Map<string, string>();
  for (const backup of held) if (backup.status === 'succeeded') newest.set(scopeOf(backup), backup.id);
  return new Set(newest.values());
}

function scopeOf({ system, schedule }: BackupRecord): string {
  return JSON.stringify([system, schedule ?? null]);
}

interface Wishes {
  readonly backups: readonly BackupRecord[];
  readonly moves: readonly Move[];
  readonly now: Instant;
}

/** As if everything were in both places: so it is judged there. */
function keptMoves(plan: Plan, { backups, moves, now }: Wishes): readonly Move[] {
  if (moves.length === 0) return [];
  const targets = new Map<string, string[]>();
  for (const { backup, to } of moves) targets.set(backup.id, [...(targets.get(backup.id) ?? []), to]);
  const moved = backups.map((backup) => withCopies(backup, targets.get(backup.id) ?? []));
  const gone = new Set(
    decide(plan, moved, now).flatMap(({ action, backup, storage }) =>
      action === 'delete' ? keyOf(backup, storage) : [],
    ),
  );
  const own = (name: string): string | undefined =>
    plan.storage.get(name)?.retention === undefined ? undefined : name;
  return moves.filter(
    ({ backup, from, to }) => !gone.has(keyOf(backup.id, own(from))) && !gone.has(keyOf(backup.id, own(to))),
  );
}

function withCopies(backup: BackupRecord, names: readonly string[]): BackupRecord {
  const missing = names.filter((name) => !isStored(backup, name));
  const copies = missing.map((name) => ({ name, snapshot: '', status: 'stored' }) as const);
  return missing.length === 0 ? backup : { ...backup, storage: [...backup.storage, ...copies] };
}

function isStored({ storage }: BackupRecord, name: string): boolean {
  return storage.some((copy) => copy.name === name && copy.status === 'stored');
}

function keyOf(backup: string, storage: string | undefined): string {
  return JSON.stringify([backup, storage ?? null]);
}
