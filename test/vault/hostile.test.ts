import { createHash, hash } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import type { Repository } from '../../src/vault/repository.ts';
import { noise } from './chunker/noise.ts';
import type { Place } from './fixture.ts';
import { newPlace, saveSnapshot } from './fixture.ts';

const contents = [noise('a', 3000), Buffer.alloc(5000, 'text '), Buffer.of(), Buffer.from('{"nodes":[]}\n')];
const allowed = new Set([
  'object-damaged',
  'index-damaged',
  'blob-damaged',
  'blob-missing',
  'object-missing',
  'vault-missing',
  'wrong-passphrase',
]);

let place: Place;
let snapshot: string;
let whole: ReadonlyMap<string, Buffer>;

beforeAll(async () => {
  place = newPlace();
  const repository = await place.create();
  for (const content of contents.slice(0, 3)) await repository.save('data', content);
  snapshot = await saveSnapshot(repository);
  const objects = new Map<string, Buffer>();
  for await (const { name } of place.store.list('')) objects.set(name, readFileSync(join(place.path, name)));
  whole = objects;
});
afterAll(() => place[Symbol.dispose]());

/** Reads all that there is. Every blob that comes is right; every fault is a `MusterError`. */
async function readAll(): Promise<readonly unknown[]> {
  const faults: unknown[] = [];
  const note = async (read: () => Promise<unknown>): Promise<void> => {
    await read().catch((error: unknown) => faults.push(error));
  };
  let repository: Repository | undefined;
  await note(async () => (repository = await place.open()));
  if (!repository) return faults;
  const opened = repository;
  await note(async () => opened.loadJson('snapshots', snapshot));
  for (const [i, content] of contents.entries()) {
    const type = i < 3 ? 'data' : 'tree';
    await note(async () => expect((await opened.load(type, hash('sha256', content))).equals(content)).toBe(true));
  }
  for (const { id } of opened.packs()) {
    const wrong = await opened.checkPack(id);
    if (wrong !== undefined) faults.push(new MusterError(wrong, { code: 'blob-damaged' }));
  }
  return faults;
}

function expectNamedFaults(faults: readonly unknown[]): void {
  for (const fault of faults) {
    expect(fault).toBeInstanceOf(MusterError);
    expect(allowed).toContain((fault as MusterError).code);
  }
}

/** Puts an object in the place of another, for one reading of everything. */
async function readAllWith(name: string, bytes: Buffer | undefined): Promise<readonly unknown[]> {
  const path = join(place.path, name);
  chmodSync(path, 0o600);
  if (bytes) writeFileSync(path, bytes);
  else rmSync(path);
  try {
    return await readAll();
  } finally {
    writeFileSync(path, whole.get(name) ?? '');
  }
}

function flip(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return changed;
}

describe('damage', () => {
  test('none: no fault', async () => {
    expect(await readAll()).toEqual([]);
  });

  test('one flipped bit anywhere is told, and never changes what is read', async () => {
    const places = [...whole].flatMap(([name, bytes]) =>
      Array.from({ length: 25 }, (_, i) => ({ name, bit: Math.floor((bytes.length * 8 * i) / 25) + (i % 8) })),
    );
    for (const { name, bit } of places) {
      const faults = await readAllWith(name, flip(whole.get(name) ?? Buffer.of(0), bit));
      expect(faults.length, `${name} bit ${bit}`).toBeGreaterThan(0);
      expectNamedFaults(faults);
    }
  });

  test('a truncated, lengthened, emptied or removed object is told', async () => {
    for (const [name, bytes] of whole) {
      const cuts = [0, 1, 15, 31, 32, 40, bytes.length - 1, Math.floor(bytes.length / 2)].map((end) =>
        bytes.subarray(0, end),
      );
      for (const changed of [...cuts, Buffer.concat([bytes, Buffer.alloc(40)]), undefined]) {
        const faults = await readAllWith(name, changed);
        expectNamedFaults(faults);
        // An index that is gone lists nothing, and so nothing of it is known to be damaged but what is looked for.
        expect(faults.length, `${name}, ${changed?.length}`).toBeGreaterThan(0);
      }
    }
  });

  test('any garbage in any place is told', async () => {
    const names = fc.constantFrom(...whole.keys());
    await fc.assert(
      fc.asyncProperty(names, fc.uint8Array({ maxLength: 300 }), async (name, bytes) => {
        const faults = await readAllWith(name, Buffer.from(bytes));
        expectNamedFaults(faults);
        expect(faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  test('objects that changed places are told', async () => {
    const pairs = [...whole.keys()].flatMap((name) => [...whole.keys()].map((other) => [name, other] as const));
    for (const [name, other] of pairs.filter(([name, other]) => dirname(name) !== dirname(other))) {
      const faults = await readAllWith(name, whole.get(other));
      expectNamedFaults(faults);
      expect(faults.length, `${other} as ${name}`).toBeGreaterThan(0);
    }
  });
});

/** Adds a well-sealed object; the result takes it away again. */
async function put(kind: 'snapshots' | 'index', json: string): Promise<() => Promise<void>> {
  const repository = await place.open();
  // An index is sealed as a snapshot is; only its place differs.
  const id = await repository.saveJson('snapshots', json);
  if (kind === 'snapshots') return async () => repository.remove('snapshots', id);
  const bytes = readFileSync(join(place.path, 'snapshots', id));
  await repository.remove('snapshots', id);
  await place.store.put(`index/${id}`, bytes);
  return async () => place.store.remove(`index/${id}`);
}

describe('objects that are whole but hostile', () => {
  test('an index that is no index is named', async () => {
    const indexes = [
      'null',
      '[]',
      '1',
      '""',
      '{"packs":1}',
      '{"packs":[{"id":"x"}]}',
      '{"packs":[{"id":null,"blobs":[]}]}',
      'no json',
      '{',
    ];
    for (const json of indexes) {
      const undo = await put('index', json);
      await expect(place.open()).rejects.toMatchObject({
        code: 'index-damaged',
        message: expect.stringMatching(/^index\/[0-9a-f]{64} is damaged/),
        hint: expect.any(String),
      });
      await undo();
    }
  });

  test('an index that lies about places yields damaged blobs, never others\u2019 content', async () => {
    const [id, pack] = [
      createHash('sha256').update('lie').digest('hex'),
      (await place.open()).packs()[Symbol.iterator]().next(),
    ];
    const packId = (pack.value as { readonly id: string }).id;
    const lies = [
      { offset: 0, length: 100 },
      { offset: 4_000_000_000, length: 100 },
      { offset: 0, length: 500_000_000 },
      { offset: 0, length: 3032, uncompressed_length: 3000 },
      { offset: 0, length: 3032, uncompressed_length: 500_000_000 },
      { offset: 3, length: 3032 },
    ];
    for (const lie of lies) {
      const undo = await put(
        'index',
        JSON.stringify({ packs: [{ id: packId, blobs: [{ id, type: 'data', ...lie }] }] }),
      );
      const repository = await place.open();
      await expect(repository.load('data', id)).rejects.toMatchObject({
        code: 'blob-damaged',
        message: expect.stringContaining(id),
      });
      expect(await repository.checkPack(packId)).toContain(id);
      await undo();
    }
  });

  test('an index that names a pack that is gone: its blobs are missing, the rest is there', async () => {
    const [id, pack] = ['12'.repeat(32), '34'.repeat(32)];
    const undo = await put(
      'index',
      JSON.stringify({ packs: [{ id: pack, blobs: [{ id, type: 'data', offset: 0, length: 100 }] }] }),
    );
    const repository = await place.open();
    await expect(repository.load('data', id)).rejects.toMatchObject({
      code: 'blob-missing',
      message: expect.stringContaining('pack is gone'),
    });
    expect(await repository.checkPack(pack)).toContain('missing');
    expect((await repository.load('data', hash('sha256', contents[0] ?? ''))).length).toBe(3000);
    await undo();
  });

  test('a snapshot that is no JSON is named', async () => {
    const undo = await put('snapshots', '{"time":');
    const repository = await place.open();
    const id = (await repository.listIds('snapshots')).find((id) => id !== snapshot) ?? '?';
    await expect(repository.loadJson('snapshots', id)).rejects.toMatchObject({
      code: 'object-damaged',
      message: expect.stringContaining(id),
    });
    await undo();
  });
});
