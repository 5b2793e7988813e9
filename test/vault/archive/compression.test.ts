import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Compression } from '../../../src/base/compression.ts';
import { requireProgram } from '../../require.ts';
import { contentOf, folderWith, newVault, openAgain, restic, treeRequest } from '../place.ts';

/** What people write: made-up text compresses in ways of its own. */
const sources = join(import.meta.dirname, '../../../src');
const text = globSync('**/*.ts', { cwd: sources })
  .toSorted()
  .map((name) => readFileSync(join(sources, name), 'latin1'))
  .join('')
  // One chunk, wherever a vault cuts.
  .slice(0, 500_000);
const hasRestic = requireProgram('restic');

async function storedWith(compression: Compression | undefined, source: string): Promise<number> {
  const { vault } = await newVault();
  const { bytesStored, bytesNew } = await vault.backup(treeRequest(source, { compression }));
  expect(bytesNew).toBeGreaterThan(text.length);
  return bytesStored;
}

test('the harder, the smaller; off stores data as it is', async () => {
  const source = folderWith({ text, small: 'as it is' });
  const [off, fast, standard, best] = [
    await storedWith('off', source),
    await storedWith('fast', source),
    await storedWith('default', source),
    await storedWith('best', source),
  ];
  expect(off).toBeGreaterThan(text.length);
  expect(fast).toBeLessThan(off / 2);
  expect(standard).toBeLessThan(fast);
  expect(best).toBeLessThan(standard);
  // Trees, whose times and numbers differ, compress to lengths that do.
  expect(Math.abs((await storedWith(undefined, source)) - standard)).toBeLessThan(500);
});

test('with off, trees are compressed all the same, and data is not', async () => {
  const { vault, repository } = await newVault();
  await vault.backup(treeRequest(folderWith({ text }), { compression: 'off' }));
  const blobs = [...repository.packs()].flatMap((pack) => pack.blobs);
  expect(blobs.filter(({ type }) => type === 'data').every((blob) => blob.uncompressedLength === undefined)).toBe(true);
  expect(blobs.filter(({ type }) => type === 'tree').every((blob) => blob.uncompressedLength !== undefined)).toBe(true);
});

test.runIf(hasRestic)('one vault may hold all of them: muster and restic read each', async () => {
  const { vault, folder } = await newVault();
  const source = folderWith({
    off: `off ${text}`,
    fast: `fast ${text}`,
    default: `default ${text}`,
    best: `best ${text}`,
  });
  let parent: string | undefined;
  for (const compression of ['off', 'fast', 'default', 'best'] as const) {
    const path = join(source, compression);
    ({ snapshot: parent } = await vault.backup(treeRequest(path, { compression, parent })));
    expect(await contentOf((await openAgain(folder)).vault, parent, path)).toBe(`${compression} ${text}`);
  }
  expect(restic(folder, 'check', '--read-data')).toContain('no errors were found');
});
