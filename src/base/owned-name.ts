import { randomBytes } from 'node:crypto';
import { stateOfProcess, thisProcess, type ProcessIdentity } from './process.ts';

/**
 * A fresh file name that tells which process made it, so that others know whether what it names is still needed after
 * that process was killed. At most 255 bytes with a prefix and suffix of 20 together.
 */
export function ownedName(): string {
  const own = thisProcess();
  const owner = Buffer.from(JSON.stringify([own.hostname, own.pid, own.startTicks, own.boot, own.namespace]));
  const name = `${randomBytes(8).toString('hex')}.${owner.toString('base64url')}`;
  return name.length <= 235 ? name : name.slice(0, 16);
}

/** Whether the process that made the name still runs; `unknown` for names of other hosts, and other names. */
export function stateOfOwner(name: string): 'running' | 'gone' | 'unknown' {
  const owner = ownerIn(name);
  return owner ? stateOfProcess(owner) : 'unknown';
}

function ownerIn(name: string): ProcessIdentity | undefined {
  const [, encoded] = /\.([\w-]{20,})(?:\.part)?$/.exec(name) ?? [];
  if (encoded === undefined) return undefined;
  try {
    const [hostname, pid, startTicks, boot, namespace] = JSON.parse(
      Buffer.from(encoded, 'base64url').toString(),
    ) as unknown[];
    if (typeof hostname !== 'string' || typeof pid !== 'number') return undefined;
    return { hostname, pid, startTicks: number(startTicks), boot: string(boot), namespace: string(namespace) };
  } catch {
    return undefined;
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
