import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/base/error.ts';
import type { VerifyRequest } from '../../../src/vault/vault.ts';
import { compareTrees } from '../compare-trees.ts';
import { folderWith, newVault, noise, openAgain, temporaryFolder, treeRequest } from '../place.ts';

/** A small vault with one backup: every object in it is one that the backup needs. */
interface Sample {
  readonly folder: string;
  readonly source: string;
  readonly snapshot: string;
  readonly objects: readonly string[];
}

let sample: Sample;

beforeAll(async () => {
  const source = folderWith({
    'a/large': noise(700_000),
    'a/small': 'small',
    'b/empty': '',
    'b/c/deep': noise(3000),
  });
  const { folder, vault } = await newVault();
  const { snapshot } = await vault.backup(treeRequest(source));
  sample = { folder, source, snapshot, objects: objectsIn(folder) };
});

function objectsIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

/** A copy of the vault in which one object is not what it was. */
function spoilt(name: string, spoil: (bytes: Buffer) => Buffer | undefined): string {
  const folder = join(temporaryFolder(), 'vault');
  mkdirSync(folder);
  cpSync(sample.folder, folder, { recursive: true });
  const bytes = spoil(readFileSync(join(folder, name)));
  rmSync(join(folder, name));
  if (bytes !== undefined) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** `found` when the vault does not open any more, or a check does not pass. */
async function verdict(folder: string, level: VerifyRequest['level']): Promise<'found' | 'passed'> {
  const opened = await openAgain(folder).catch(() => undefined);
  if (opened === undefined) return 'found';
  try {
    const { checks } = await opened.vault.verify({ snapshot: sample.snapshot, level });
    return checks.every(({ passed }) => passed) ? 'passed' : 'found';
  } catch (error) {
    if (codeOf(error) !== 'snapshot-missing') throw error;
    return 'found';
  } finally {
    await opened.repository.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
}

function flipped(bytes: Buffer, at: number, mask = 1): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  return bytes;
}

describe('each object of a backup', () => {
  test('there is one of every kind', () => {
    const kinds = new Set(sample.objects.map((name) => name.split('/')[0]));
    expect(kinds).toStrictEqual(new Set(['config', 'data', 'index', 'keys', 'snapshots']));
  });

  test('that is missing is missed at every level', async () => {
    for (const name of sample.objects)
      for (const level of ['basic', 'standard', 'thorough'] as const)
        expect([
          name,
          level,
          await verdict(
            spoilt(name, () => undefined),
            level,
          ),
        ]).toStrictEqual([name, level, 'found']);
  });

  test('that is short is missed at basic, be it by one byte or by all', async () => {
    for (const name of sample.objects) {
      const { size } = statSync(join(sample.folder, name));
      for (const length of [0, 1, Math.floor(size / 2), size - 1])
        for (const level of ['basic', 'standard', 'thorough'] as const) {
          const found = await verdict(
            spoilt(name, (bytes) => bytes.subarray(0, length)),
            level,
          );
          expect([name, length, level, found]).toStrictEqual([name, length, level, 'found']);
        }
    }
  });

  test('in which one byte is another is found at thorough, wherever the byte lies', async () => {
    for (const name of sample.objects) {
      const { size } = statSync(join(sample.folder, name));
      for (const at of [0, 1, Math.floor(size / 3), Math.floor(size / 2), size - 5, size - 1]) {
        const found = await verdict(
          spoilt(name, (bytes) => flipped(bytes, at)),
          'thorough',
        );
        expect([name, at, found]).toStrictEqual([name, at, 'found']);
      }
    }
  });
});

/** Always the same places, spread over all objects by their length. */
function places(count: number): readonly { readonly name: string; readonly at: number; readonly mask: number }[] {
  const sizes = sample.objects.map((name) => ({ name, size: statSync(join(sample.folder, name)).size }));
  let state = 42;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, (_, i) => {
    // Anywhere in the vault would be in the one large pack nearly always; so each object has its turn.
    const object = sizes[i % sizes.length] ?? { name: '', size: 0 };
    return { name: object.name, at: random(object.size), mask: 2 ** random(8) };
  });
}

/** What somebody gets who does not verify before. */
async function restoreFrom(folder: string): Promise<'error' | 'partial' | 'right data' | 'wrong data'> {
  const opened = await openAgain(folder).catch(() => undefined);
  if (opened === undefined) return 'error';
  const target = join(temporaryFolder(), 'target');
  try {
    const { faults } = await opened.vault.restore({ snapshot: sample.snapshot, target, overwrite: 'never' });
    if (faults.length > 0) return 'partial';
    return compareTrees(sample.source, target + sample.source).length === 0 ? 'right data' : 'wrong data';
  } catch {
    return 'error';
  } finally {
    await opened.repository.close();
    rmSync(join(target, '..'), { recursive: true, force: true });
  }
}

describe('200 bits flipped at random places', () => {
  test.each([0, 40, 80, 120, 160])(
    'are found at thorough, and no restore yields wrong data: from %i on',
    async (from) => {
      for (const { name, at, mask } of places(200).slice(from, from + 40)) {
        const folder = spoilt(name, (bytes) => flipped(bytes, at, mask));
        const outcome = await restoreFrom(folder);
        expect([name, at, mask, outcome]).not.toContain('wrong data');
        expect([name, at, mask, await verdict(folder, 'thorough')]).toStrictEqual([name, at, mask, 'found']);
      }
    },
  );
});

describe('what a backup does not need', () => {
  test('is not its fault: the pack of another backup, a lock', async () => {
    const { folder, vault } = await newVault();
    const { snapshot } = await vault.backup(treeRequest(folderWith({ a: noise(100_000) })));
    const before = new Set(objectsIn(folder));
    const source = folderWith({ b: noise(90_000) });
    await vault.backup(treeRequest(source));
    writeFileSync(join(folder, 'locks', '0'.repeat(64)), 'left behind');
    for (const name of objectsIn(folder).filter((each) => each.startsWith('data/') && !before.has(each))) {
      chmodSync(join(folder, name), 0o600);
      writeFileSync(join(folder, name), 'spoilt');
    }
    const { checks } = await (await openAgain(folder)).vault.verify({ snapshot, level: 'standard' });
    expect(checks.filter(({ passed }) => !passed)).toStrictEqual([]);
  });
});
