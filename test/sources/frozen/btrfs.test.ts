import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FrozenView } from '../../../src/plan/model/system.ts';
import { requireProgram } from '../../require.ts';
import { folder, vault, log, noting, sourceAt, capture, store, contentOf, data } from './place.ts';

const isRoot = process.geteuid?.() === 0;
const hasBtrfs =
  isRoot && requireProgram('mkfs.btrfs', ['--version']) && readFileSync('/proc/filesystems', 'utf8').includes('btrfs');

describe.runIf(hasBtrfs)('a snapshot of btrfs', () => {
  let mount: string;
  let volume: string;

  beforeEach(() => {
    mount = join(folder, 'mount');
    const image = join(folder, 'image');
    mkdirSync(mount);
    execFileSync('truncate', ['--size', '128M', image]);
    execFileSync('mkfs.btrfs', ['--quiet', image]);
    execFileSync('mount', ['--options', 'loop', image, mount]);
    volume = join(mount, 'volume');
    execFileSync('btrfs', ['subvolume', 'create', volume]);
    mkdirSync(join(volume, 'shop'));
    writeFileSync(join(volume, 'shop/a'), 'as it was');
  });
  afterEach(() => {
    execFileSync('umount', [mount]);
  });

  const btrfs: FrozenView = { freeze: undefined, filesystem: 'btrfs' };
  const subvolumes = (): string => execFileSync('btrfs', ['subvolume', 'list', mount], { encoding: 'utf8' });

  test('shows what was there at one moment, under the original paths', async () => {
    const shop = join(volume, 'shop');
    const captured = await capture(sourceAt(shop, btrfs));
    writeFileSync(join(shop, 'a'), 'written meanwhile');
    writeFileSync(join(shop, 'b'), 'made meanwhile');
    const { snapshot, faults } = await store(captured);
    await captured.release();
    expect(faults).toEqual([]);
    expect(await contentOf(snapshot, join(shop, 'a'))).toBe('as it was');
    const paths: string[] = [];
    for await (const { path } of vault.entries(snapshot, mount)) paths.push(path);
    expect(paths).toEqual([volume, shop, join(shop, 'a')]);
    expect((await vault.snapshot(snapshot)).paths).toEqual([shop]);
    expect(subvolumes()).not.toContain('muster-');
  });

  test('does not read again what is as in the backup before', async () => {
    const definition = sourceAt(join(volume, 'shop'), btrfs);
    const [first, second] = [await capture(definition), undefined];
    const before = await store(first);
    await first.release();
    const again = await capture(definition);
    expect(await store(again, before.snapshot)).toMatchObject({ bytesRead: 0, filesUnmodified: 1 });
    await again.release();
    expect(second).toBeUndefined();
  });

  test('of a whole subvolume, with a freeze that lasts only while it is made', async () => {
    const freeze = { freeze: noting('freeze'), thaw: noting('thaw'), timeout: 60_000 };
    const captured = await capture(sourceAt(volume, { freeze, filesystem: 'btrfs' }));
    expect(log()).toBe('freeze\nthaw\n');
    const { snapshot } = await store(captured);
    await captured.release();
    expect(log()).toBe('freeze\nthaw\n');
    expect(await contentOf(snapshot, join(volume, 'shop/a'))).toBe('as it was');
  });

  test('takes the place of one that a killed backup left behind', async () => {
    const definition = sourceAt(join(volume, 'shop'), btrfs);
    await capture(definition);
    writeFileSync(join(volume, 'shop/a'), 'as it is now');
    const captured = await capture(definition);
    const { snapshot } = await store(captured);
    await captured.release();
    expect(await contentOf(snapshot, join(volume, 'shop/a'))).toBe('as it is now');
    expect(subvolumes()).not.toContain('muster-');
  });

  test('does not mind one that a killed backup of other paths left behind', async () => {
    await capture(sourceAt(join(volume, 'shop'), btrfs));
    const captured = await capture(sourceAt(volume, btrfs));
    expect((await store(captured)).faults).toEqual([]);
    await captured.release();
  });

  test('names a subvolume in it, which it does not hold', async () => {
    execFileSync('btrfs', ['subvolume', 'create', join(volume, 'shop/inner')]);
    const captured = await capture(sourceAt(volume, btrfs));
    const { faults } = await store(captured);
    await captured.release();
    expect(faults).toMatchObject([{ path: join(volume, 'shop/inner') }]);
    const without = await capture(sourceAt(volume, btrfs, { exclude: ['inner/'] }));
    expect((await store(without)).faults).toEqual([]);
    await without.release();
  });

  test('is refused when something is mounted below that would be missing', async () => {
    const place = join(volume, 'shop/mounted');
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', 'muster-test', place]);
    try {
      await expect(capture(sourceAt(volume, btrfs))).rejects.toMatchObject({ code: 'snapshot-not-whole' });
      await (await capture(sourceAt(volume, btrfs, { oneFileSystem: true }))).release();
      await (await capture(sourceAt(volume, btrfs, { exclude: ['mounted'] }))).release();
    } finally {
      execFileSync('umount', [place]);
    }
  });

  test('is refused for what does not lie on btrfs', async () => {
    await expect(capture(sourceAt(data(), btrfs))).rejects.toMatchObject({ code: 'snapshot-unsupported' });
  });
});
