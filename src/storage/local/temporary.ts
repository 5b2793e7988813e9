import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import { stateOfOwner } from '../../base/owned-name.ts';
import { temporaryFolder } from '../name.ts';

/** Removes what killed writers left. Faults are ignored: it is only tidying, and others may be doing the same. */
export async function sweepTemporary(folder: string, now: Instant): Promise<void> {
  const names = await readdir(join(folder, temporaryFolder)).catch(() => []);
  for (const name of names) await sweepOne(join(folder, temporaryFolder), name, now).catch(() => undefined);
}

async function sweepOne(folder: string, name: string, now: Instant): Promise<void> {
  const { mtimeMs } = await stat(join(folder, name));
  if (now - mtimeMs > patience[stateOfOwner(name)]) await unlink(join(folder, name));
}

const hour = 3_600_000;

/** How long a file must have been untouched. Of an owner that can't be asked, one day is past any pause. */
const patience = { running: Infinity, gone: hour, unknown: 24 * hour };
