import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import { isAbandoned } from '../abandoned.ts';
import { temporaryFolder } from '../name.ts';

/** Removes what killed writers left. Faults are ignored: it is only tidying, and others may be doing the same. */
export async function sweepTemporary(folder: string, now: Instant): Promise<void> {
  const names = await readdir(join(folder, temporaryFolder)).catch(() => []);
  for (const name of names) await sweepOne(join(folder, temporaryFolder), name, now).catch(() => undefined);
}

async function sweepOne(folder: string, name: string, now: Instant): Promise<void> {
  const { mtimeMs } = await stat(join(folder, name));
  if (isAbandoned(name, now - mtimeMs)) await unlink(join(folder, name));
}
