import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/base/error.ts';
import { folderWith, newVault, noise, openAgain, treeRequest } from '../place.ts';

let folder: string;
let objects: readonly string[];

/** Two backups that share only a part, and a lock that somebody left behind. */
beforeAll(async () => {
  const made = await newVault();
  folder = made.folder;
  await made.vault.backup(treeRequest(folderWith({ a: noise(100_000), b: 'b' })));
  await made.vault.backup(treeRequest(folderWith({ c: noise(70_000), d: 'd' })));
  await made.repository.lock('shared');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  objects = names.filter((name) => statSync(join(folder, name)).isFile()).sort();
});

async function failed(): Promise<readonly string[]> {
  const opened = await openAgain(folder).catch(() => undefined);
  if (opened === undefined) return ['it does not open'];
  try {
    const { checks } = await opened.vault.verifyAll({});
    return checks.filter(({ passed }) => !passed).map(({ name }) => name);
  } catch (error) {
    // What a lock that can't be read does.
    if (codeOf(error) !== 'vault-locked') throw error;
    return ['vault-locked'];
  } finally {
    await opened.repository.close();
  }
}

/** Puts everything back as it was. */
async function failedWith(name: string, spoil: (bytes: Buffer) => Buffer | undefined): Promise<readonly string[]> {
  const path = join(folder, name);
  const bytes = readFileSync(path);
  const spoilt = spoil(Buffer.from(bytes));
  rmSync(path);
  if (spoilt !== undefined) writeFileSync(path, spoilt);
  try {
    return await failed();
  } finally {
    rmSync(path, { force: true });
    writeFileSync(path, bytes);
    chmodSync(path, 0o400);
  }
}

describe('the whole vault', () => {
  test('passes when all is well, and says what it read', async () => {
    const { checks, notTested } = await (await openAgain(folder)).vault.verifyAll({});
    expect(checks.map(({ name, passed }) => [name, passed])).toStrictEqual(
      ['access', 'index', 'snapshots', 'trees', 'packs', 'bytes'].map((name) => [name, true]),
    );
    expect(notTested.join()).toContain('a restore');
  });

  test('one changed byte is found in every object, a lock among them', async () => {
    const missed: string[] = [];
    for (const name of objects)
      for (const share of [0, 0.3, 0.7, 1]) {
        const found = await failedWith(name, (bytes) => {
          const at = Math.floor((bytes.length - 1) * share);
          bytes[at] = (bytes[at] ?? 0) ^ 16;
          return bytes;
        });
        if (found.length === 0) missed.push(`${name} ${share}`);
      }
    expect(missed).toStrictEqual([]);
  });

  test('an object that is gone or short is found; a snapshot or a lock that is gone is one that was removed', async () => {
    const missed: string[] = [];
    for (const name of objects) {
      if ((await failedWith(name, () => undefined)).length === 0) missed.push(`${name.split('/')[0]} gone`);
      if ((await failedWith(name, (bytes) => bytes.subarray(0, -1))).length === 0) missed.push(`${name} short`);
    }
    expect(missed.sort()).toStrictEqual(['locks gone', 'snapshots gone', 'snapshots gone']);
  });

  test('a pack in no index is read, and no fault when it is sound', async () => {
    const other = await newVault();
    await other.vault.backup(treeRequest(folderWith({ e: noise(5000) })));
    const names = readdirSync(join(other.folder, 'data'), { recursive: true, encoding: 'utf8' });
    const pack = names.find((name) => name.length === 67);
    const path = join(folder, 'data', pack ?? '');
    writeFileSync(path, 'no pack at all');
    expect(await failed()).toStrictEqual(['bytes']);
    rmSync(path);
    expect(await failed()).toStrictEqual([]);
  });
});
