import { execFileSync } from 'node:child_process';
import { linkSync, lstatSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { assert, expect, onTestFinished, test } from 'vitest';
import { toBytePath } from '../../src/base/capture.ts';
import { openFolder } from '../../src/vault/open-folder.ts';
import type { EntryAt, EntryStats } from '../../src/vault/posix-at.ts';
import { posixCalls } from '../../src/vault/posix.ts';
import { hasNoAttributes, statAt } from '../../src/vault/posix-at.ts';
import { folderWith } from './place.ts';

function entryIn(path: string): (name: string) => EntryAt {
  const folder = openFolder(toBytePath(path), 'refuse');
  onTestFinished(() => folder.close());
  return (name) => ({ folder: folder.fd, name: toBytePath(name), access: folder.child(toBytePath(name)) });
}

test('tells of every kind of entry what Node tells', () => {
  const path = folderWith({ plain: 'text', 'n\u00e4me \u2713': 'text', old: 'before 1970' });
  utimesSync(join(path, 'old'), new Date(-1500), new Date(-1500));
  linkSync(join(path, 'plain'), join(path, 'other'));
  symlinkSync('plain', join(path, 'link'));
  mkdirSync(join(path, 'folder'), { mode: 0o1750 });
  execFileSync('mkfifo', ['-m', '600', join(path, 'fifo')]);
  const entry = entryIn(path);
  const names = ['plain', 'other', 'n\u00e4me \u2713', 'old', 'link', 'folder', 'fifo'];
  for (const name of names) expect(toldAt(entry(name))).toEqual(toldByNode(join(path, name)));
  expect(toldAt(entryIn('/dev')('null'))).toEqual(toldByNode('/dev/null'));
});

const fields = ['dev', 'ino', 'rdev', 'size', 'mtimeNs', 'ctimeNs', 'mode', 'nlink', 'uid', 'gid'] as const;

function toldAt(entry: EntryAt): readonly unknown[] {
  return told(statAt(entry));
}

function toldByNode(path: string): readonly unknown[] {
  return told(lstatSync(path, { bigint: true }));
}

function told(stats: EntryStats): readonly unknown[] {
  return [...fields.map((field) => BigInt(stats[field])), stats.isFile(), stats.isDirectory()];
}

test('an entry that is not there is the error that Node gives', () => {
  const entry = entryIn(folderWith({ there: 'text' }));
  expect(() => statAt(entry('gone'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(hasNoAttributes(entry('gone'))).toBe(false);
});

test('never says of an entry with attributes that it has none', () => {
  const path = folderWith({ marked: 'text', plain: 'text' });
  const state = posixCalls();
  assert(state.available);
  state.posix.setAttribute(toBytePath(join(path, 'marked')), { name: 'user.mark', value: Buffer.from('value') });
  expect(hasNoAttributes(entryIn(path)('marked'))).toBe(false);
});
