import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBytePath } from '../../../base/capture.ts';
import { formatSize } from '../../../base/size.ts';
import { MusterError } from '../../../base/error.ts';
import { dumpPath, type DatabaseManifest } from '../manifest.ts';
import type { Restoring } from './restoring.ts';

export interface FetchedDump {
  /** Undefined: it is read straight out of the vault. */
  readonly path: string | undefined;
  remove(): Promise<void>;
}

/** Several connections read a dump at several places at once, which only a file allows. Throws `no-space`, `restore-incomplete`. */
export async function fetchDump(database: DatabaseManifest, { definition, request }: Restoring): Promise<FetchedDump> {
  if (definition.jobs === 1 || database.format !== 'custom') return { path: undefined, remove: async () => {} };
  await requireRoom(database);
  const folder = await mkdtemp(join(tmpdir(), 'muster-dump-'));
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  try {
    const wanted = dumpPath(database);
    const { missing } = await request.fetch({ target: folder, overwrite: 'never', include: (path) => path === wanted });
    const [lost] = missing;
    if (lost !== undefined)
      throw new MusterError(`the dump could not be fetched from the backup: ${lost.detail}`, {
        code: 'restore-incomplete',
        hint: 'Verify the backup, or restore from another storage target or an older backup.',
      });
    return { path: join(folder, fromBytePath(wanted)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function requireRoom({ name, dumped }: DatabaseManifest): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize >= dumped) return;
  throw new MusterError(
    `${tmpdir()} has room for ${formatSize(bavail * bsize)}, the dump of ${name} has ${formatSize(dumped)}`,
    {
      code: 'no-space',
      hint: 'Make room there, set TMPDIR, or set `jobs: 1`, which needs no room.',
    },
  );
}
