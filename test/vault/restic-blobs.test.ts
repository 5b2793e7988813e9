import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Repository } from '../../src/vault/repository.ts';
import { requireProgram } from '../require.ts';
import { noise } from './chunker/noise.ts';
import type { Place } from './fixture.ts';
import { newPlace, saveSnapshot, treeOf } from './fixture.ts';

/** Large files of different kinds: restic cuts them into some dozens of chunks. */
const files: Readonly<Record<string, Buffer>> = {
  noise: noise('restic', 20_000_003),
  zeros: Buffer.alloc(6_000_000),
  text: Buffer.from(Array.from({ length: 400_000 }, (_, i) => `line ${i} of a long log\n`).join('')),
  mixed: Buffer.concat([Buffer.alloc(3_000_000), noise('mixed', 5_000_000), Buffer.alloc(9_000_000, 'abc')]),
  short: Buffer.from('short'),
  empty: Buffer.of(),
};

describe.runIf(requireProgram('restic'))('blobs and stock restic', () => {
  let place: Place;
  beforeEach(() => (place = newPlace()));
  afterEach(() => place[Symbol.dispose]());

  test('what restic wrote is read whole, and our chunks of the same files are already there', async () => {
    place.restic('init');
    const source = join(place.folder, 'source');
    mkdirSync(source);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(source, name), content);
    place.restic('backup', source);

    const repository = await place.open();
    const blobs = [...repository.packs()].flatMap((pack) => pack.blobs);
    expect(blobs.length).toBeGreaterThan(20);
    for (const blob of blobs) await repository.load(blob.type, blob.id);
    for (const id of await repository.listIds('data')) expect(await repository.checkPack(id)).toBeUndefined();
    for (const content of Object.values(files))
      expect(await saveFile(repository, content)).toMatchObject({ stored: 0 });
    await repository.flush();
    expect(await repository.listIds('index')).toHaveLength(1);
  });

  test('what we wrote, restic checks, restores, and does not store again', async () => {
    const repository = await place.create();
    const saved = await saveFile(repository, files['mixed'] ?? Buffer.of());
    await saveSnapshot(repository, treeOf('mixed', saved.content, files['mixed']?.length ?? 0));
    expect(place.restic('check', '--read-data')).toContain('no errors were found');
    place.restic('restore', 'latest', '--target', join(place.folder, 'restored'));
    expect(readFileSync(join(place.folder, 'restored/mixed')).equals(files['mixed'] ?? Buffer.of())).toBe(true);
    writeFileSync(join(place.folder, 'again'), files['mixed'] ?? '');
    place.restic('backup', join(place.folder, 'again'));
    const after = await place.open();
    const data = [...after.packs()].flatMap((pack) => pack.blobs).filter((blob) => blob.type === 'data');
    expect(new Set(data.map((blob) => blob.id))).toEqual(new Set(saved.content));
    // After a rebuild from the packs alone, everything is found again: the headers are right.
    place.restic('rebuild-index', '--read-all-packs');
    const rebuilt = await place.open();
    for (const blob of data) expect(rebuilt.locate('data', blob.id)).toEqual(blob);
    expect(place.restic('prune')).toContain('done');
    expect(place.restic('check', '--read-data')).toContain('no errors were found');
  });
});

async function saveFile(repository: Repository, bytes: Buffer): Promise<{ content: string[]; stored: number }> {
  const result = { content: [] as string[], stored: 0 };
  for await (const chunk of repository.chunks(piecesOf(bytes))) {
    const { id, stored } = await repository.save('data', chunk);
    result.content.push(id);
    result.stored += stored;
  }
  return result;
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 2 ** 18) yield bytes.subarray(from, from + 2 ** 18);
}
