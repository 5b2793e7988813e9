import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { version1 } from '../../src/journal/schema.ts';
import { openState, temporaryFolder, withDatabase } from './state.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];

test('the last time counts, each storage target has its own, and they survive the process and a rebuild', () => {
  const folder = temporaryFolder();
  const journal = openState(folder);
  journal.soundPacks.note('primary', [a, b], 1000);
  journal.soundPacks.note('primary', [b], 2000.4);
  journal.soundPacks.note('second', [a], 3000);
  journal.rebuild();
  journal.close();
  const { soundPacks } = openState(folder);
  expect(soundPacks.of('primary')).toStrictEqual(
    new Map([
      [a, 1000],
      [b, 2000],
    ]),
  );
  expect(soundPacks.of('second')).toStrictEqual(new Map([[a, 3000]]));
  expect(soundPacks.of('third')).toStrictEqual(new Map());
});

test('what is no longer stored is forgotten', () => {
  const { soundPacks } = openState(temporaryFolder());
  soundPacks.note('primary', [a, b, c], 1000);
  soundPacks.note('second', [a], 1000);
  soundPacks.keep('primary', (pack) => pack === b);
  expect([...soundPacks.of('primary').keys()]).toStrictEqual([b]);
  expect([...soundPacks.of('second').keys()]).toStrictEqual([a]);
});

test('a pack takes less than 60 bytes', () => {
  const folder = temporaryFolder();
  const { soundPacks } = openState(folder);
  const packs = Array.from({ length: 5000 }, (_, i) => i.toString(16).padStart(64, '9'));
  const before = withDatabase(folder, sizeOf);
  soundPacks.note('primary', packs, Date.now());
  expect((withDatabase(folder, sizeOf) - before) / packs.length).toBeLessThan(60);
});

function sizeOf(database: DatabaseSync): number {
  const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
  return pages * Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
}

test('a journal of version 1 gets the table', () => {
  const folder = temporaryFolder();
  const old = new DatabaseSync(join(folder, 'journal.db'));
  // `MSTR` as a number.
  old.exec(`${version1} PRAGMA application_id = 1297306706; PRAGMA user_version = 1`);
  old.close();
  const { soundPacks } = openState(folder);
  soundPacks.note('primary', [a], 1);
  expect(soundPacks.of('primary').size).toBe(1);
});
