import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import type { RetentionDecision } from './decide.ts';

export interface GuardFacts {
  /** Id of the backup of a system whose restore was checked last; undefined: none ever was. */
  readonly provenBackup: (system: string) => string | undefined;
  /** When a snapshot was written, by the clock of its storage target; undefined: that is not known. */
  readonly storedAt?: ((storage: string, snapshot: string) => Instant | undefined) | undefined;
}

/** A newest backup that has lost or changed this much is looked at by somebody before older ones go. */
const shrunk = 0.5;
const changed = 0.9;
const tolerance = 86_400_000;
/** Less than this is changed almost wholly by anything. */
const smallest = 2 ** 20;

/**
 * Holds removals back where the history looks as if something had gone wrong: an older backup may be the last good one.
 * Where the newest complete backup of a scope shrank by half, or is new almost wholly, or where one says another time
 * than its storage target, nothing of the scope is removed; and the backup whose restore was checked last always stays. What is held says why.
 */
export function guard(
  decisions: readonly RetentionDecision[],
  backups: readonly BackupRecord[],
  { provenBackup, storedAt = () => undefined }: GuardFacts,
): readonly RetentionDecision[] {
  const reasons = new Map<string, string | undefined>();
  return decisions.map((decision) => {
    if (decision.action === 'keep') return decision;
    const key = JSON.stringify([decision.system, decision.schedule]);
    if (!reasons.has(key)) {
      const scope = scopeOf(decision, backups);
      reasons.set(key, suspicionOf(scope) ?? misdated(scope, storedAt));
    }
    const reason = reasons.get(key) ?? provenReason(decision, provenBackup(decision.system));
    return reason === undefined ? decision : { ...decision, action: 'keep', held: true, reasons: [reason] };
  });
}

/** Complete backups, newest first. */
function scopeOf({ system, schedule }: RetentionDecision, backups: readonly BackupRecord[]): readonly BackupRecord[] {
  return backups
    .filter((backup) => backup.system === system && backup.schedule === schedule)
    .filter(({ status, files }) => status === 'succeeded' && files > 0)
    .toSorted((a, b) => b.startedAt - a.startedAt);
}

function suspicionOf([newest, before]: readonly BackupRecord[]): string | undefined {
  if (newest === undefined || before === undefined) return undefined;
  const id = newest.id.slice(0, 8);
  if (newest.bytesTotal < before.bytesTotal * shrunk)
    return `held: the newest backup ${id} is less than half as big as the one before`;
  const isComparable = newest.storage[0]?.name === before.storage[0]?.name && newest.bytesTotal >= smallest;
  if (isComparable && newest.bytesStored >= newest.bytesTotal * changed)
    return `held: almost everything in the newest backup ${id} is new and cannot be compressed, as after an encryption by an attacker`;
  return undefined;
}

/** A snapshot that says another time than the store was slipped in, or its clock was wrong: no slot may go by it. */
function misdated(scope: readonly BackupRecord[], storedAt: NonNullable<GuardFacts['storedAt']>): string | undefined {
  const strange = scope.find(({ startedAt, finishedAt, storage: [first] }) => {
    const at = first === undefined ? undefined : storedAt(first.name, first.snapshot);
    return at !== undefined && (at < startedAt - tolerance || at > finishedAt + tolerance);
  });
  return strange && `held: the backup ${strange.id.slice(0, 8)} says another time than its storage target`;
}

function provenReason({ backup }: RetentionDecision, proven: string | undefined): string | undefined {
  return backup === proven ? 'held: it is the last backup whose restore was checked' : undefined;
}

/** Scopes of which more than this share would be removed. */
export function excessOf(decisions: readonly RetentionDecision[], share: number): readonly Excess[] {
  const scopes = new Map<string, { -readonly [K in keyof Excess]: Excess[K] }>();
  for (const { system, schedule, storage, action } of decisions) {
    const key = JSON.stringify([system, schedule, storage]);
    const scope = scopes.get(key) ?? { system, schedule, storage, all: 0, removed: 0 };
    scope.all += 1;
    if (action === 'delete') scope.removed += 1;
    scopes.set(key, scope);
  }
  return [...scopes.values()].filter(({ all, removed }) => removed > all * share);
}

export interface Excess {
  readonly system: string;
  readonly schedule: string | undefined;
  /** As in a decision. */
  readonly storage: string | undefined;
  readonly all: number;
  readonly removed: number;
}
