import { randomBytes } from 'node:crypto';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import type { ProcessIdentity } from '../../base/process.ts';
import { stateOfProcess, thisProcess } from '../../base/process.ts';
import { temporaryFolder } from '../name.ts';

/** Names the process that writes it, so that others know whether it is still needed. */
export function temporaryName(): string {
  const own = thisProcess();
  const owner = Buffer.from(JSON.stringify([own.hostname, own.pid, own.startTicks, own.boot, own.namespace]));
  const name = `${randomBytes(8).toString('hex')}.${owner.toString('base64url')}`;
  return name.length <= 255 ? name : name.slice(0, 16);
}

/** Removes what killed writers left. Faults are ignored: it is only tidying, and others may be doing the same. */
export async function sweepTemporary(folder: string, now: Instant): Promise<void> {
  const names = await readdir(join(folder, temporaryFolder)).catch(() => []);
  for (const name of names) await sweepOne(join(folder, temporaryFolder, name), now).catch(() => undefined);
}

async function sweepOne(path: string, now: Instant): Promise<void> {
  const { mtimeMs } = await stat(path);
  if (now - mtimeMs > patience[stateOfOwner(path)]) await unlink(path);
}

const hour = 3_600_000;

/** How long a file must have been untouched. Of an owner that can't be asked, one day is past any pause. */
const patience = { running: Infinity, gone: hour, unknown: 24 * hour };

function stateOfOwner(path: string): 'running' | 'gone' | 'unknown' {
  const owner = ownerIn(path);
  return owner ? stateOfProcess(owner) : 'unknown';
}

function ownerIn(path: string): ProcessIdentity | undefined {
  try {
    const text = Buffer.from(path.slice(path.lastIndexOf('.') + 1), 'base64url').toString();
    const [hostname, pid, startTicks, boot, namespace] = JSON.parse(text) as unknown[];
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
