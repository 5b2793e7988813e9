import type { Instant } from '../../base/clock.ts';
import { startOfProcess, stateOfProcess, thisProcess } from '../../base/process.ts';
import type { LockFile, LockHolder } from './lock-file.ts';

const minute = 60_000;

/** How often a holder renews its lock; restic's interval. */
export const refreshInterval = 5 * minute;

/** Two renewals missed. */
const missedRefreshes = 2 * refreshInterval;

/** A lock that old is dead, whoever held it; restic's limit. */
export const staleAge = 30 * minute;

/** What the clocks of a host's processes may differ by. */
const clockSlack = 5000;

/**
 * Whether a lock was left by a dead process. It takes two witnesses. On the same host: the process is gone, and either
 * the lock shows that its number means the same here (same start of the machine, same container) or two renewals are
 * missing. From elsewhere: 30 minutes without renewal by its own time, and by the store's where that is known.
 */
export function isStale(lock: LockFile, modifiedAt: Instant | undefined, now: Instant): boolean {
  const age = now - Math.max(lock.time, modifiedAt ?? lock.time);
  return age > patience[stateOfHolder(lock, now)];
}

/** The age that a lock must be past. */
const patience = { running: Infinity, gone: -Infinity, 'seems gone': missedRefreshes, unknown: staleAge };

function stateOfHolder(lock: LockFile, now: Instant): keyof typeof patience {
  const { holder } = lock;
  if (holder.hostname !== thisProcess().hostname) return 'unknown';
  if (!holder.process) return stateByNumber(lock, now);
  const state = stateOfProcess({ hostname: holder.hostname, pid: holder.pid, ...holder.process });
  return state === 'unknown' && isFromEarlierStart(holder.process) ? 'seems gone' : state;
}

/** A process that started after its lock was renewed isn't the one that holds it. */
function stateByNumber(lock: LockFile, now: Instant): 'running' | 'seems gone' {
  const start = startOfProcess(lock.holder.pid, now);
  return start === undefined || start > lock.time + clockSlack ? 'seems gone' : 'running';
}

function isFromEarlierStart(process: NonNullable<LockHolder['process']>): boolean {
  return process.boot !== undefined && process.boot !== thisProcess().boot;
}
