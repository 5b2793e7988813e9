import { join } from 'node:path';
import { MusterError } from '../../../base/error.ts';
import { toolTime, type MakeView, type ViewRequest } from './file-system.ts';
import { viewOf, type Volume } from './parts.ts';
import { runTool } from './tool.ts';

/** A snapshot of each data set, read below its `.zfs/snapshot`. Throws `snapshot-unsupported`, `snapshot-tool-failed`. */
export const makeZfsView: MakeView = async (request) => await viewOf(request, { volumeOf, snapshot });

async function zfs(args: readonly string[], signal?: AbortSignal): Promise<string> {
  return await runTool(['zfs', ...args], { folder: '/', timeout: toolTime, signal });
}

async function volumeOf(path: string, { signal }: ViewRequest): Promise<Volume> {
  const [line = ''] = (await zfs(['list', '-H', '-o', 'name,mountpoint', path], signal)).split('\n');
  const [key, root] = line.split('\t');
  if (key !== undefined && key !== '' && root?.startsWith('/') === true) return { key, root };
  throw new MusterError(`${path} does not lie in a mounted data set of ZFS`, {
    code: 'snapshot-unsupported',
    hint: 'Correct `filesystem`. A data set with a legacy mount point cannot be found.',
  });
}

async function snapshot({ key, root }: Volume, { name, signal }: ViewRequest) {
  const full = `${key}@${name}`;
  const remove = async (): Promise<void> => {
    await zfs(['destroy', full]);
  };
  if (await exists(full, signal)) await remove();
  await zfs(['snapshot', full], signal);
  return { folder: join(root, '.zfs/snapshot', name), remove };
}

async function exists(full: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await zfs(['list', '-H', '-t', 'snapshot', '-o', 'name', full], signal)).trim() === full;
  } catch (error) {
    if (error instanceof MusterError && error.code === 'snapshot-tool-failed') return false;
    throw error;
  }
}
