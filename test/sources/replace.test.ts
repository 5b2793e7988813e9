import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceDatabase } from '../../src/sources/sqlite/replace.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-replace-'));
  for (const name of ['db', 'db-wal', 'db-shm', 'db-journal']) writeFileSync(join(folder, name), `old ${name}`);
  writeFileSync(join(folder, 'staged'), 'new');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function replace(): Promise<boolean> {
  const [staged, target, aside] = ['staged', 'db', 'aside'].map((name) => join(folder, name));
  return await replaceDatabase({ staged: staged ?? '', target: target ?? '', aside: aside ?? '' });
}

function contents(): Record<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]));
}

test('the old database goes aside with all that belongs to it', async () => {
  expect(await replace()).toBe(true);
  expect(contents()).toEqual({
    db: 'new',
    aside: 'old db',
    'aside-wal': 'old db-wal',
    'aside-shm': 'old db-shm',
    'aside-journal': 'old db-journal',
  });
});

test.each(['aside-wal', 'aside-journal'])('all is as before when %s cannot be made', async (name) => {
  const before = contents();
  mkdirSync(join(folder, name));
  await expect(replace()).rejects.toThrow('EISDIR');
  expect(contents()).toEqual(before);
});
