import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copiedSnapshotJson, parseSnapshot, snapshotJson } from '../../src/vault/snapshot.ts';
import { craftSnapshot } from './craft.ts';
import { folderWith, newVault, pathsIn, treeRequest } from './place.ts';

const [id, tree] = ['ab'.repeat(32), 'cd'.repeat(32)];

describe('snapshots', () => {
  test('are written as restic does', () => {
    const json = snapshotJson({ time: 0, parent: id, tree, paths: ['/a <b>'], tags: ['x&y'] });
    const order = ['time', 'parent', 'tree', 'paths', 'hostname', 'username', 'uid', 'gid', 'tags'];
    expect(json).toContain(`"parent":"${id}","tree":"${tree}","paths":["/a \\u003cb\\u003e"],"hostname":`);
    expect(json.endsWith('"tags":["x\\u0026y"]}')).toBe(true);
    const keys = Object.keys(JSON.parse(json) as object);
    expect(keys).toStrictEqual(order.filter((key) => keys.includes(key)));
  });

  test('a copy keeps what it does not know, and loses the parent', () => {
    const fields = { time: 't', parent: id, tree, excludes: ['<*>'], summary: { files_new: 1 } };
    expect(copiedSnapshotJson(fields, id)).toBe(
      `{"time":"t","tree":"${tree}","excludes":["\\u003c*\\u003e"],"summary":{"files_new":1},"original":"${id}"}`,
    );
    expect(JSON.parse(copiedSnapshotJson({ original: tree }, id))).toStrictEqual({ original: tree });
  });

  test.each([null, [], 'x', {}, { time: 'noon', tree }, { time: '2026-01-01T00:00:00Z', tree: '../x' }])(
    '%j is no snapshot',
    (value) => expect(() => parseSnapshot(id, value)).toThrow(expect.objectContaining({ code: 'snapshot-damaged' })),
  );

  test('are listed from the oldest, whatever their zone, and found by the beginning of their id', async () => {
    const { repository, vault } = await newVault();
    const times = ['2026-03-01T00:30:00+02:00', '2026-02-28T23:00:00Z', '2026-03-01T00:00:00+05:00'];
    for (const time of times) await repository.saveJson('snapshots', JSON.stringify({ time, tree }));
    const found = await vault.snapshots();
    expect(found.map(({ time }) => new Date(time).toISOString().slice(0, 16))).toStrictEqual([
      '2026-02-28T19:00',
      '2026-02-28T22:30',
      '2026-02-28T23:00',
    ]);
    const [first] = found;
    expect(await vault.snapshot(first?.id.slice(0, 12) ?? '')).toStrictEqual(first);
    for (const wanted of ['', 'x', '../config', '0'.repeat(64), '0'.repeat(63)])
      await expect(vault.snapshot(wanted)).rejects.toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
  });

  test('an ambiguous beginning is refused', async () => {
    const { repository, vault } = await newVault();
    const seen = new Set<string>();
    let twice: string | undefined;
    for (let i = 0; twice === undefined; i += 1) {
      const made = await repository.saveJson('snapshots', JSON.stringify({ time: new Date(i).toISOString(), tree }));
      if (seen.has(made.slice(0, 1))) twice = made.slice(0, 1);
      seen.add(made.slice(0, 1));
    }
    await expect(vault.snapshot(twice)).rejects.toThrow(expect.objectContaining({ code: 'snapshot-ambiguous' }));
  });

  test('one that is damaged is reported, and does not hide the others', async () => {
    const { repository, vault, folder } = await newVault();
    await craftSnapshot(repository, []);
    const bad = await repository.saveJson('snapshots', '{}');
    const worse = join(folder, 'snapshots', readdirSync(join(folder, 'snapshots')).find((name) => name !== bad) ?? '');
    const good = await repository.saveJson('snapshots', JSON.stringify({ time: '2026-03-01T00:30:00+02:00', tree }));
    chmodSync(worse, 0o600);
    writeFileSync(worse, 'nonsense that is longer than the shortest sealed unit');
    const damaged: string[] = [];
    const found = await vault.snapshots((each) => damaged.push(each));
    expect(found.map((each) => each.id)).toStrictEqual([good]);
    expect(damaged).toHaveLength(2);
    await expect(vault.snapshots()).rejects.toThrow(/damaged|not usable/);
  });
});

describe('entries', () => {
  test('parents before children, in byte order, from any path on', async () => {
    const source = folderWith({ 'b/x': 'x', 'b-c': '', 'a/y/z': '' });
    const { vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(source));
    expect(await pathsIn(vault, snapshot, source)).toStrictEqual(['/a', '/a/y', '/a/y/z', '/b', '/b/x', '/b-c']);
    expect(await pathsIn(vault, snapshot, `${source}/b`)).toStrictEqual(['/x']);
    expect(await pathsIn(vault, snapshot, `${source}/b/x`)).toStrictEqual(['']);
    for (const path of ['/none', '/b/none', '/b-c/none', '/b/x/none'])
      await expect(pathsIn(vault, snapshot, source + path)).rejects.toThrow(
        expect.objectContaining({ code: 'path-missing' }),
      );
  });

  test('carry what a listing shows', async () => {
    const { repository, vault } = await newVault();
    const mtime = 1_700_000_000_123_456_789n;
    const snapshot = await craftSnapshot(repository, [
      { name: 'f', text: 'abc', mtime, mode: 2 ** 23 + 0o755, uid: 7, gid: 8 },
      { name: 'l', type: 'symlink', linkTarget: '/x\xff', mtime, mode: 2 ** 27 + 0o777 },
    ]);
    const found = [];
    for await (const entry of vault.entries(snapshot)) found.push(entry);
    const shared = { modifiedAt: 1_700_000_000_123 };
    expect(found).toStrictEqual([
      { ...shared, path: '/f', type: 'file', size: 3, mode: 0o4755, uid: 7, gid: 8, linkTarget: undefined },
      { ...shared, path: '/l', type: 'symlink', size: 0, mode: 0o777, uid: 0, gid: 0, linkTarget: '/x\xff' },
    ]);
  });
});

test('the bytes used are those of all its objects', async () => {
  const { vault, folder } = await newVault();
  await vault.backup(treeRequest(folderWith({ a: 'x'.repeat(100_000) })));
  const sizes = execFileSync('find', [folder, '-type', 'f', '-printf', '%s\n'], { encoding: 'utf8' });
  const sum = sizes
    .trim()
    .split('\n')
    .reduce((total, size) => total + Number(size), 0);
  expect(await vault.bytesUsed()).toBe(sum);
});
