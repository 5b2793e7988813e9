import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Milliseconds } from '../base/clock.ts';
import { codeOf } from '../base/error.ts';

/** A process, told apart from every other one that ever had its number. */
export interface Owner {
  readonly host: string;
  /** Changes with each start of the kernel. Empty where there is no /proc. */
  readonly boot: string;
  /** The process numbers that `pid` belongs to; differs between containers. Empty where there is no /proc. */
  readonly namespace: string;
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks from boot to its start. Empty where there is no /proc. */
  readonly started: string;
}

/** How old the heartbeat of an owner that this process cannot see may be before it counts as dead. */
export const heartbeatLimit: Milliseconds = 5 * 60_000;

export function currentOwner(): Owner {
  return {
    host: hostname(),
    boot: readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: readOr(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    started: processEntry(process.pid)?.started ?? '',
  };
}

/**
 * True unless it is certain that the owner is gone. In the same kernel and process namespace the process table decides,
 * at once and whatever the clock says: it needs two witnesses, the missing (or reused) entry in /proc and the missing
 * process. The same host after another boot: gone. Any other owner is judged by the age of its heartbeat alone.
 */
export function isAlive(owner: Owner, self: Owner, heartbeatAge: Milliseconds): boolean {
  if (self.started === '' || owner.started === '') return heartbeatAge <= heartbeatLimit;
  if (owner.host !== self.host) return heartbeatAge <= heartbeatLimit;
  if (owner.boot !== self.boot) return false;
  if (owner.namespace !== self.namespace) return heartbeatAge <= heartbeatLimit;
  return isRunning(owner);
}

function isRunning(owner: Owner): boolean {
  const entry = processEntry(owner.pid);
  if (entry === undefined) return isHidden(owner.pid);
  return !entry.ended && entry.started === owner.started;
}

/** `ended`: it is only not reaped yet (a zombie). Undefined when there is no such process to be seen. */
function processEntry(pid: number): { readonly ended: boolean; readonly started: string } | undefined {
  const stat = readOr(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === '') return undefined;
  // The name, in brackets, may hold anything; what follows it are single words, the state first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { ended: fields[0] === 'Z' || fields[0] === 'X', started: fields[19] ?? '' };
}

/** A process of another user may be missing from /proc (`hidepid`) and be there all the same. */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
