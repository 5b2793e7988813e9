import { lstatSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MusterError } from '../../../base/error.ts';
import { toolTime, type MakeView, type ViewRequest } from './file-system.ts';
import { viewOf, type Volume } from './parts.ts';
import { runTool } from './tool.ts';

/** From linux/magic.h. */
const btrfsMagic = 0x9123683e;
/** The root of every subvolume has this number. */
const subvolumeInode = 256;
/** In a snapshot, that of the empty folder in the place of a subvolume of its own. */
const lostSubvolumeInode = 2n;

/** A read-only snapshot in the root of each subvolume. Throws `snapshot-unsupported`, `snapshot-tool-failed`. */
export const makeBtrfsView: MakeView = async (request) => {
  const view = await viewOf(request, { volumeOf, snapshot });
  return { ...view, lacks: ({ ino }) => ino === lostSubvolumeInode };
};

async function volumeOf(path: string): Promise<Volume> {
  if (statfsSync(path).type === btrfsMagic)
    for (let folder = path; ; folder = dirname(folder)) {
      if (lstatSync(folder).ino === subvolumeInode) return { key: folder, root: folder };
      if (folder === '/') break;
    }
  throw new MusterError(`${path} does not lie on btrfs`, {
    code: 'snapshot-unsupported',
    hint: 'Correct `filesystem`, or use `freeze` and `thaw`.',
  });
}

async function snapshot({ root }: Volume, { name, signal }: ViewRequest) {
  const folder = join(root, `.${name}`);
  const remove = async (): Promise<void> => {
    await runTool(['btrfs', 'subvolume', 'delete', folder], { folder: '/', timeout: toolTime });
  };
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) await remove();
  await runTool(['btrfs', 'subvolume', 'snapshot', '-r', root, folder], { folder: '/', timeout: toolTime, signal });
  return { folder, remove };
}
