import { chmod, readdir, rm } from 'node:fs/promises';
import { codeOf } from '../../base/error.ts';

/** Removes a folder with all below it, also what its own mode forbids to be entered or changed. */
export async function removeScratch(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error;
    await openUp(Buffer.from(folder));
    await rm(folder, { recursive: true, force: true });
  }
}

async function openUp(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' }))
    if (entry.isDirectory()) await openUp(Buffer.concat([folder, Buffer.from('/'), entry.name]));
}
