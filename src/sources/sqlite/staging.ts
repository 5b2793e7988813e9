import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownedName, stateOfOwner } from '../../base/owned-name.ts';

const prefix = '.muster-restore-';

/** An empty folder beside the target for what is being restored. Those that killed restores left there are removed. */
export async function makeStaging(folder: string): Promise<string> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix) && stateOfOwner(name) === 'gone') await rm(join(folder, name), { recursive: true });
  }
  const staging = join(folder, `${prefix}${ownedName()}`);
  await mkdir(staging, { mode: 0o700 });
  return staging;
}
