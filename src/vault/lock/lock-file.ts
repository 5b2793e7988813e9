import type { Instant } from '../../base/clock.ts';
import type { ProcessIdentity } from '../../base/process.ts';
import { thisProcess, usernameHere } from '../../base/process.ts';
import type { JsonObject } from '../format/json-shape.ts';
import { countOf, objectOf, stringOf } from '../format/json-shape.ts';

/** Who holds a lock. */
export interface LockHolder {
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** What tells a process from a later one with its number. restic doesn't write it, and passes over it. */
  readonly process: Pick<ProcessIdentity, 'startTicks' | 'boot' | 'namespace'> | undefined;
}

/** The content of `locks/<id>`. */
export interface LockFile {
  /** When it was last refreshed, by the holder's clock. */
  readonly time: Instant;
  readonly exclusive: boolean;
  readonly holder: LockHolder;
}

export function holderHere(): LockHolder {
  const { hostname, pid, startTicks, boot, namespace } = thisProcess();
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return { hostname, username: usernameHere(), pid, uid, gid, process: { startTicks, boot, namespace } };
}

/** As restic writes it: zero uid and gid are left out. */
export function encodeLock(lock: LockFile): string {
  const { hostname, username, pid, uid, gid, process } = lock.holder;
  return JSON.stringify({
    time: new Date(lock.time).toISOString(),
    exclusive: lock.exclusive,
    hostname,
    username,
    pid,
    ...(uid !== 0 && { uid }),
    ...(gid !== 0 && { gid }),
    ...(process && { muster: process }),
  });
}

/** Undefined when it is no lock. */
export function decodeLock(value: unknown): LockFile | undefined {
  const lock = objectOf(value);
  const time = Date.parse(stringOf(lock?.['time']) ?? '');
  const [exclusive, hostname, pid] = [lock?.['exclusive'], stringOf(lock?.['hostname']), countOf(lock?.['pid'])];
  if (!lock || Number.isNaN(time) || typeof exclusive !== 'boolean' || hostname === undefined || pid === undefined)
    return undefined;
  const [username, uid, gid] = [stringOf(lock['username']) ?? '', countOf(lock['uid']) ?? 0, countOf(lock['gid']) ?? 0];
  return { time, exclusive, holder: { hostname, username, pid, uid, gid, process: processOf(lock) } };
}

function processOf(lock: JsonObject): LockHolder['process'] {
  const marks = objectOf(lock['muster']);
  if (!marks) return undefined;
  const [startTicks, boot, namespace] = [
    countOf(marks['startTicks'], Number.MAX_SAFE_INTEGER),
    stringOf(marks['boot']),
    stringOf(marks['namespace']),
  ];
  return { startTicks, boot, namespace };
}
