import { execFileSync } from 'node:child_process';
import { chmodSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from './compare-trees.ts';
import { folderWith, isRoot, newVault, temporaryFolder, treeRequest } from './place.ts';

test('a file of 5 GiB, nearly all of it holes, comes back as it was and takes no space', async () => {
  const source = folderWith({ image: 'first' });
  const image = join(source, 'image');
  truncateSync(image, 5 * 2 ** 30);
  const { vault } = await newVault();
  const { snapshot, bytesStored } = await vault.backup(treeRequest(source));
  expect(bytesStored).toBeLessThan(2 ** 20);
  const target = temporaryFolder();
  expect(await vault.restore({ snapshot, target, overwrite: 'never' })).toMatchObject({
    bytes: 5 * 2 ** 30,
    faults: [],
  });
  const restored = statSync(join(target, image));
  expect(restored.size).toBe(5 * 2 ** 30);
  expect(restored.blocks).toBeLessThan(1000);
  expect(statSync(join(target, image)).mtimeMs).toBe(statSync(image).mtimeMs);
});

test.runIf(isRoot)('files that may not be read are faults, and the rest is there', async () => {
  const source = folderWith({ good: 'x', secret: 'x', 'closed/x': 'x', 'open/y': 'y' });
  chmodSync(join(source, 'secret'), 0);
  chmodSync(join(source, 'closed'), 0o700);
  chmodSync(join(source, '..'), 0o755);
  const { folder } = await newVault();
  execFileSync('chown', ['-R', '65534:65534', join(folder, '..')]);
  const target = temporaryFolder();
  execFileSync('chown', ['65534:65534', target]);
  const faults = runChild('backup.ts', [folder, source], 65_534) as { path: string; kind: string; detail: string }[];
  expect(faults).toMatchObject([
    { path: join(source, 'closed'), kind: 'unreadable', detail: 'permission denied (EACCES)' },
    { path: join(source, 'secret'), kind: 'unreadable' },
  ]);
});

test('without the calls of the system what is lost is said', async () => {
  const source = folderWith({ a: 'x' });
  symlinkSync('a', join(source, 'link'));
  execFileSync('mkfifo', [join(source, 'fifo')]);
  execFileSync('touch', ['-d', '1960-01-01T00:00:00Z', join(source, 'a')]);
  execFileSync('touch', ['-h', '-d', '2020-01-01T00:00:00Z', join(source, 'link'), join(source, 'fifo'), source]);
  const { folder } = await newVault();
  const target = temporaryFolder();
  expect(runChild('platform.ts', [folder, source, target])).toMatchObject({
    backup: [{ path: source, kind: 'metadata' }],
    restore: [{ path: join(source, 'fifo'), kind: 'refused' }],
  });
  const differences = compareTrees(source, join(target, source));
  expect(differences.map((each) => each.split(':')[0])).toStrictEqual(['"./fifo"']);
});

function runChild(script: string, parameters: readonly string[], user?: number): unknown {
  const as = user === undefined ? {} : { uid: user, gid: user };
  const file = join(import.meta.dirname, 'children', script);
  return JSON.parse(execFileSync(process.execPath, [file, ...parameters], { encoding: 'utf8', ...as }));
}
