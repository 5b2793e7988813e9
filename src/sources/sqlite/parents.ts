import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nearestFolder } from '../nearest-folder.ts';

/**
 * Makes `folder` and what is missing above it, with the mode and owner that the same folder has below `model`: an
 * application that may not write its folder could not open its database.
 */
export async function makeParents(folder: string, model: string): Promise<void> {
  const existing = await nearestFolder(folder);
  if (existing === folder) return;
  await makeParents(dirname(folder), model);
  await mkdir(folder);
  const facts = await stat(join(model, folder)).catch(() => undefined);
  if (facts === undefined) return;
  await chmod(folder, facts.mode & 0o7777);
  await chown(folder, facts.uid, facts.gid);
}
