import { chmodSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, newVault, treeRequest } from '../place.ts';

test('what was added, removed and changed between two snapshots', async () => {
  const source = folderWith({ 'a/same': 's', 'a/content': 'old', 'a/mode': 'm', 'a/kind': 'k', 'gone/file': 'gone' });
  const { vault } = await newVault();
  const first = await vault.backup(treeRequest(source));
  writeFileSync(join(source, 'a/content'), 'newer');
  chmodSync(join(source, 'a/mode'), 0o600);
  unlinkSync(join(source, 'a/kind'));
  symlinkSync('mode', join(source, 'a/kind'));
  rmSync(join(source, 'gone'), { recursive: true });
  writeFileSync(join(source, 'new'), 'new');
  const second = await vault.backup(treeRequest(source));
  const found: string[] = [];
  for await (const { path, kind, sizeBefore, sizeAfter } of vault.differences(first.snapshot, second.snapshot))
    if (path.startsWith(`${source}/`)) found.push(`${kind} ${path.slice(source.length)} ${sizeBefore} ${sizeAfter}`);
  expect(found).toStrictEqual([
    'metadata /a 0 0',
    'content /a/content 3 5',
    'type /a/kind 1 0',
    'metadata /a/mode 1 1',
    'removed /gone 0 undefined',
    'removed /gone/file 4 undefined',
    'added /new undefined 3',
  ]);
  const none: string[] = [];
  for await (const { path } of vault.differences(second.snapshot, second.snapshot)) none.push(path);
  expect(none).toStrictEqual([]);
});
