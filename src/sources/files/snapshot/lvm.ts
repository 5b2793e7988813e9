import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterError } from '../../../base/error.ts';
import { toolTime, type MakeView, type ViewRequest } from './file-system.ts';
import { viewOf, type Volume } from './parts.ts';
import { runTool } from './tool.ts';

/** A logical volume and where it is mounted. */
interface LogicalVolume extends Volume {
  readonly group: string;
  readonly name: string;
  /** Its snapshots need no room of their own to be set aside. */
  readonly thin: boolean;
  /** Of the file system on it. */
  readonly type: string;
}

/**
 * A snapshot of each logical volume, mounted read-only in the scratch folder. One of a thick volume gets room for
 * changes of a fifth of it. Throws `snapshot-unsupported`, `snapshot-tool-failed`.
 */
export const makeLvmView: MakeView = async (request) => await viewOf(request, { volumeOf, snapshot });

async function tool(argv: readonly string[], signal?: AbortSignal): Promise<string> {
  return await runTool(argv, { folder: '/', timeout: toolTime, signal });
}

async function volumeOf(path: string, { signal }: ViewRequest): Promise<LogicalVolume> {
  const mounts = await tool(['findmnt', '--json', '--output', 'SOURCE,TARGET,FSTYPE', '--target', path], signal);
  const { source = '', target = '', fstype = '' } = rowIn(mounts, 'filesystems');
  const fields = 'vg_name,lv_name,pool_lv';
  const volumes = await tool(['lvs', '--reportformat', 'json', '--options', fields, source], signal);
  const { vg_name: group = '', lv_name: name = '', pool_lv: pool = '' } = rowIn(volumes, 'lv');
  if (group !== '' && name !== '' && target.startsWith('/'))
    return { key: `${group}/${name}`, root: target, group, name, thin: pool !== '', type: fstype };
  throw new MusterError(`${path} does not lie on a logical volume`, {
    code: 'snapshot-unsupported',
    hint: 'Correct `filesystem`, or use `freeze` and `thaw`.',
  });
}

/** The first row of a list anywhere in JSON. */
function rowIn(json: string, list: string): Readonly<Record<string, string | undefined>> {
  let found: Readonly<Record<string, string | undefined>> = {};
  JSON.parse(json, (key, value: unknown) => {
    // Of text alone, as the tools write it.
    if (key === list && Array.isArray(value)) found = (value[0] as typeof found | undefined) ?? {};
    return value;
  });
  return found;
}

async function snapshot(volume: LogicalVolume, request: ViewRequest, index: number) {
  const { name, signal } = request;
  const full = `${volume.group}/${name}`;
  const device = `/dev/${full}`;
  const folder = join(request.scratch, `volume-${index}`);
  const drop = async (): Promise<void> => {
    await tool(['lvremove', '--yes', full]);
  };
  if (await exists(full, signal)) await dropLeftover(device, drop);
  const room = volume.thin ? ['--setactivationskip', 'n'] : ['--extents', '20%ORIGIN'];
  await tool(['lvcreate', '--snapshot', '--name', name, ...room, volume.key], signal);
  try {
    await mkdir(folder, { recursive: true });
    // XFS refuses a second file system of the same identity.
    await tool(['mount', '--options', volume.type === 'xfs' ? 'ro,nouuid' : 'ro', device, folder], signal);
  } catch (error) {
    await drop().catch(() => undefined);
    throw error;
  }
  const remove = async (): Promise<void> => {
    await tool(['umount', folder]);
    await rmdir(folder);
    await drop();
  };
  return { folder, remove };
}

async function exists(full: string, signal: AbortSignal): Promise<boolean> {
  try {
    await tool(['lvs', full], signal);
    return true;
  } catch (error) {
    if (error instanceof MusterError && error.code === 'snapshot-tool-failed') return false;
    throw error;
  }
}

/** What a killed backup left behind, mounted perhaps. */
async function dropLeftover(device: string, drop: () => Promise<void>): Promise<void> {
  await tool(['umount', device]).catch(() => undefined);
  await drop();
}
