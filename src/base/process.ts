import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { Instant } from './clock.ts';

/**
 * One process, told apart from a later one with the same number. What the system doesn't tell (outside Linux) is
 * undefined.
 */
export interface ProcessIdentity {
  readonly hostname: string;
  readonly pid: number;
  /** Clock ticks between the start of the machine and that of the process. */
  readonly startTicks: number | undefined;
  /** Random name of this start of the machine. */
  readonly boot: string | undefined;
  /** Where `pid` counts: containers count on their own. */
  readonly namespace: string | undefined;
}

let own: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  own ??= {
    hostname: hostname(),
    pid: process.pid,
    startTicks: statOf(process.pid)?.startTicks,
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
  return own;
}

/** Empty in containers whose user has no name. */
export function usernameHere(): string {
  return attempt(() => userInfo().username) ?? '';
}

/**
 * Whether the process behind an identity runs. `unknown`: it belongs to another host, another start of the machine or
 * another container, where its number means nothing to this process.
 */
export function stateOfProcess(identity: ProcessIdentity): 'running' | 'gone' | 'unknown' {
  const here = thisProcess();
  const comparable =
    identity.hostname === here.hostname &&
    identity.boot !== undefined &&
    identity.boot === here.boot &&
    identity.namespace === here.namespace;
  if (!comparable) return 'unknown';
  const stat = statOf(identity.pid);
  return stat !== undefined && stat.startTicks === identity.startTicks ? 'running' : 'gone';
}

/**
 * When the process with this number on this host started; undefined when there is none. A number that is taken,
 * where the system doesn't tell the time, started at -Infinity.
 */
export function startOfProcess(pid: number, now: Instant): Instant | undefined {
  if (!isTaken(pid)) return undefined;
  const uptime = attempt(() => Number.parseFloat(readFileSync('/proc/uptime', 'latin1')));
  if (uptime === undefined) return -Infinity;
  const stat = statOf(pid);
  return stat && now - (uptime * 1000 - stat.startTicks * millisecondsPerTick);
}

/** `USER_HZ` is 100 on every Linux that Node runs on. */
const millisecondsPerTick = 10;

/** A killed process whose parent hasn't noticed yet (a zombie) still has a number, but is gone. */
function statOf(pid: number): { readonly startTicks: number } | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (text === undefined) return undefined;
  // The second field is the name in parentheses, which may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { startTicks: Number(fields[19]) };
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
