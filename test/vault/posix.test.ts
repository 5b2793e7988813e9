import { execFileSync } from 'node:child_process';
import { closeSync, lstatSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Posix } from '../../src/vault/posix.ts';
import { posixCalls } from '../../src/vault/posix.ts';
import { temporaryFolder } from './place.ts';

function calls(): Posix {
  const state = posixCalls();
  if (!state.available) throw new Error(state.reason);
  return state.posix;
}

test('attributes are those that getfattr shows, and can be set and removed by path and by open file', () => {
  const file = join(temporaryFolder(), 'a');
  writeFileSync(file, '');
  const fd = openSync(file, 'r+');
  calls().setAttribute(file, { name: 'user.a', value: Buffer.from([0, 255]) });
  calls().setAttribute(fd, { name: 'user.ü', value: Buffer.alloc(0) });
  expect(execFileSync('getfattr', ['-d', '-e', 'hex', '--absolute-names', file], { encoding: 'utf8' })).toContain(
    'user.a=0x00ff',
  );
  expect(calls().attributes(file)).toStrictEqual([
    { name: 'user.a', value: Buffer.from([0, 255]) },
    { name: 'user.ü', value: Buffer.alloc(0) },
  ]);
  calls().removeAttribute(file, 'user.a');
  calls().removeAttribute(fd, 'user.ü');
  calls().removeAttribute(fd, 'user.none');
  closeSync(fd);
  expect(calls().attributes(file)).toStrictEqual([]);
});

test('times are exact, before 1970 too, and links are not followed', () => {
  const folder = temporaryFolder();
  const [file, link] = [join(folder, 'a'), join(folder, 'l')];
  writeFileSync(file, '');
  symlinkSync('a', link);
  const times = { atime: 1n, mtime: -1n };
  calls().setTimes(link, times);
  const fd = openSync(file, 'r+');
  calls().setTimes(fd, { atime: 5n, mtime: 2_147_483_648_000_000_001n });
  closeSync(fd);
  expect(lstatSync(link, { bigint: true })).toMatchObject({ atimeNs: 1n, mtimeNs: -1n });
  expect(lstatSync(file, { bigint: true })).toMatchObject({ atimeNs: 5n, mtimeNs: 2_147_483_648_000_000_001n });
});

test('errors carry the code of the system', () => {
  expect(() => calls().attributes('/no such file')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => calls().setTimes('/no such file', { atime: 0n, mtime: 0n })).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
  expect(() => calls().makeNode('/proc/x', 0o010_600, 0n)).toThrow(/mknod/);
});

test('a file system that knows no attributes has none', () => {
  expect(calls().attributes('/proc/version')).toStrictEqual([]);
});
