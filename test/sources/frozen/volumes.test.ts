import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FilesSource } from '../../../src/plan/model/system.ts';
import { folder, log, noting, sourceAt, capture, store, contentOf, data } from './place.ts';

/*
 * ZFS and LVM need kernel modules that test machines rarely have. Stand-ins take their places: they accept exactly the
 * arguments that the manuals describe, make the view by copying, and note what they were asked.
 */
describe('tools of volumes', () => {
  const path = process.env['PATH'];

  beforeEach(() => {
    process.env['PATH'] = `${join(folder, 'bin')}:${path ?? ''}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
  });

  test('zfs: a snapshot is made, read below .zfs, and destroyed', async () => {
    const root = join(folder, 'tank');
    const shop = data('tank/shop');
    standIn(
      'zfs',
      `case "$*" in
        "list -H -o name,mountpoint ${shop}") printf 'tank/data\\t${root}\\n' ;;
        "list -H -t snapshot -o name tank/data@muster-"*) exit 1 ;;
        "snapshot tank/data@muster-"*) mkdir -p "${root}/.zfs/snapshot/\${2#*@}" && cp -a "${root}/shop" "${root}/.zfs/snapshot/\${2#*@}/" ;;
        "destroy tank/data@muster-"*) rm -r "${root}/.zfs/snapshot/\${2#*@}" ;;
        *) exit 64 ;;
      esac`,
    );
    await readFrozen(sourceAt(shop, { freeze: undefined, filesystem: 'zfs' }));
    const asked = log().trim().split('\n');
    expect(asked.map((line) => line.replace(/muster-[0-9a-f]{12}$/, 'NAME'))).toEqual([
      `zfs list -H -o name,mountpoint ${shop}`,
      'zfs list -H -t snapshot -o name tank/data@NAME',
      'zfs snapshot tank/data@NAME',
      'zfs destroy tank/data@NAME',
    ]);
  });

  test('zfs: a tool that fails is told of with what it said, and the system is thawed', async () => {
    standIn('zfs', `echo 'cannot open: permission denied' >&2; exit 1`);
    const freeze = { freeze: noting('freeze'), thaw: noting('thaw'), timeout: 60_000 };
    await expect(capture(sourceAt(data(), { freeze, filesystem: 'zfs' }))).rejects.toMatchObject({
      code: 'snapshot-tool-failed',
      message: expect.stringContaining('permission denied') as string,
    });
    expect(log()).toMatch(/^freeze\nzfs list .*\nthaw\n$/);
  });

  test.each([
    ['ext4', '', 'ro', '--extents 20%ORIGIN'],
    ['xfs', 'pool', 'ro,nouuid', '--setactivationskip n'],
  ])('lvm with %s, in the pool "%s": a snapshot is made, mounted, and removed', async (type, pool, options, room) => {
    const shop = data('lv/shop');
    standInsOfLvm(join(folder, 'lv'), type, pool);
    await readFrozen(sourceAt(shop, { freeze: undefined, filesystem: 'lvm' }));
    const asked = log()
      .replaceAll(/muster-[0-9a-f]{12}/g, 'NAME')
      .replaceAll(/\S*\/volume-0/g, 'FOLDER');
    expect(asked.trim().split('\n')).toEqual([
      `findmnt --json --output SOURCE,TARGET,FSTYPE --target ${shop}`,
      'lvs --reportformat json --options vg_name,lv_name,pool_lv /dev/mapper/vg-shop',
      'lvs vg/NAME',
      `lvcreate --snapshot --name NAME ${room} vg/shop`,
      `mount --options ${options} /dev/vg/NAME FOLDER`,
      'umount FOLDER',
      'lvremove --yes vg/NAME',
    ]);
  });

  test('lvm: a snapshot that cannot be mounted is removed again', async () => {
    standInsOfLvm(join(folder, 'lv'), 'ext4', '');
    standIn('mount', 'exit 32');
    const definition = sourceAt(data('lv/shop'), { freeze: undefined, filesystem: 'lvm' });
    await expect(capture(definition)).rejects.toMatchObject({ code: 'snapshot-tool-failed' });
    expect(log()).toMatch(/lvremove --yes vg\/muster-[0-9a-f]{12}\n$/);
  });

  test('lvm: a snapshot that cannot be removed is told of', async () => {
    standInsOfLvm(join(folder, 'lv'), 'ext4', '');
    const captured = await capture(sourceAt(data('lv/shop'), { freeze: undefined, filesystem: 'lvm' }));
    standIn('lvremove', 'exit 5');
    await expect(captured.release()).rejects.toMatchObject({ code: 'snapshot-left-behind' });
  });
});

/** A program of that name, which notes its arguments. */
function standIn(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "${folder}/log"\n${script}\n`, { mode: 0o755 });
}

async function readFrozen(definition: FilesSource): Promise<void> {
  const [root = ''] = definition.paths;
  const captured = await capture(definition);
  appendFileSync(join(root, 'a'), ' no more');
  const { snapshot, faults } = await store(captured);
  await captured.release();
  expect(faults).toEqual([]);
  expect(await contentOf(snapshot, join(root, 'a'))).toBe('as it was');
}

function standInsOfLvm(root: string, type: string, pool: string): void {
  const found = { filesystems: [{ source: '/dev/mapper/vg-shop', target: root, fstype: type }] };
  const volumes = { report: [{ lv: [{ vg_name: 'vg', lv_name: 'shop', pool_lv: pool }] }] };
  standIn('findmnt', `echo '${JSON.stringify(found)}'`);
  standIn(
    'lvs',
    `case "$*" in
      "--reportformat json --options vg_name,lv_name,pool_lv /dev/mapper/vg-shop") echo '${JSON.stringify(volumes)}' ;;
      *) exit 5 ;;
    esac`,
  );
  standIn('lvcreate', '');
  standIn('mount', `[ "$3" = "/dev/vg/\${3##*/}" ] && cp -a "${root}/." "$4"`);
  standIn('umount', 'rm -r "$1"/*');
  standIn('lvremove', '');
}
