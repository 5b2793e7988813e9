import { hash } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PackReport, Repository } from '../../../src/vault/repository.ts';
import { noise } from '../chunker/noise.ts';
import type { Place } from '../fixture.ts';
import { newPlace } from '../fixture.ts';

const contents = Array.from({ length: 60 }, (_, i) => noise(`content ${i}`, 1 + i ** 3 * 5));

let place: Place;
let repository: Repository;
let packs: readonly string[];

beforeEach(async () => {
  place = newPlace();
  repository = await place.create();
  for (const [i, content] of contents.entries()) {
    await repository.save('data', content);
    if (i % 20 === 19) await repository.flush();
  }
  await repository.save('tree', Buffer.from('{"nodes":[]}\n'));
  await repository.flush();
  packs = [...repository.packs()].map(({ id }) => id);
});
afterEach(() => place[Symbol.dispose]());

function fileOf(pack: string): string {
  const path = join(place.path, 'data', pack.slice(0, 2), pack);
  chmodSync(path, 0o600);
  return path;
}

function flip(pack: string, at: number): void {
  const bytes = readFileSync(fileOf(pack));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(fileOf(pack), bytes);
}

async function check(ids: Iterable<string> = packs): Promise<readonly PackReport[]> {
  const seen: PackReport[] = [];
  const faulty = await repository.checkPacks(ids, { onPack: (report) => seen.push(report) });
  expect(seen.map(({ id }) => id).toSorted()).toStrictEqual([...ids].toSorted());
  expect(seen.filter((report) => report.fault !== undefined || report.damaged.length > 0)).toStrictEqual(faulty);
  return faulty;
}

describe('packs that are read to the last byte', () => {
  test('sound ones have no report of a fault; all their blobs were looked at', async () => {
    const seen: PackReport[] = [];
    expect(await repository.checkPacks(packs, { onPack: (report) => seen.push(report) })).toStrictEqual([]);
    expect(seen.reduce((sum, { blobs }) => sum + blobs, 0)).toBe(contents.length + 1);
    expect(seen.every(({ size = 0 }) => size > 36)).toBe(true);
  });

  test('a flipped bit in a blob: the pack does not fit its name, and that blob is damaged', async () => {
    const id = hash('sha256', contents[33] ?? '');
    const { pack = '', offset = 0, length = 0 } = repository.locate('data', id) ?? {};
    flip(pack, offset + Math.floor(length / 2));
    const [report, ...more] = await check();
    expect(more).toStrictEqual([]);
    expect(report).toMatchObject({ id: pack, fault: expect.stringContaining('do not fit its name') });
    expect(report?.damaged).toMatchObject([{ type: 'data', id, detail: expect.stringMatching(/changed after/) }]);
  });

  test('a flipped bit in the header or behind it damages no blob', async () => {
    const [pack = ''] = packs;
    const size = readFileSync(fileOf(pack)).length;
    for (const at of [size - 1, size - 10]) {
      flip(pack, at);
      expect(await check([pack])).toMatchObject([{ id: pack, size, fault: expect.any(String), damaged: [] }]);
      flip(pack, at);
    }
    expect(await check()).toStrictEqual([]);
  });

  test('a pack that ends early: what lies behind is damaged', async () => {
    const pack = repository.locate('data', hash('sha256', contents[30] ?? ''))?.pack ?? '';
    const { offset = 0, length = 0 } = repository.locate('data', hash('sha256', contents[38] ?? '')) ?? {};
    truncateSync(fileOf(pack), offset + length - 1);
    const [report] = await check();
    expect(report).toMatchObject({ id: pack, size: offset + length - 1, fault: expect.any(String), blobs: 20 });
    expect(report?.damaged.map(({ id }) => id)).toStrictEqual(
      contents.slice(38, 40).map((each) => hash('sha256', each)),
    );
  });

  test('an empty pack, and one that is longer than it was', async () => {
    const [first = '', second = ''] = packs;
    truncateSync(fileOf(first), 0);
    truncateSync(fileOf(second), readFileSync(fileOf(second)).length + 1);
    const reports = await check([first, second]);
    const of = (pack: string): PackReport | undefined => reports.find(({ id }) => id === pack);
    expect([of(first)?.size, of(first)?.damaged.length]).toStrictEqual([0, of(first)?.blobs]);
    expect([of(second)?.fault !== undefined, of(second)?.damaged]).toStrictEqual([true, []]);
  });

  test('a missing pack: all its blobs are', async () => {
    const [pack = ''] = packs;
    rmSync(fileOf(pack));
    const [report] = await check();
    expect(report).toMatchObject({ id: pack, size: undefined, fault: 'the pack is missing' });
    expect(report?.damaged.length).toBe(report?.blobs);
  });

  test('a pack that no index lists is checked as far as its name and header go', async () => {
    const { store } = place;
    const bytes = Buffer.from('no pack at all');
    const id = hash('sha256', bytes);
    await store.put(`data/${id.slice(0, 2)}/${id}`, bytes);
    expect(await check([id])).toMatchObject([{ id, fault: expect.stringContaining('header'), blobs: 0 }]);
  });

  test('an abort ends it', async () => {
    const controller = new AbortController();
    const onPack = (): void => controller.abort(new Error('enough'));
    await expect(repository.checkPacks(packs, { signal: controller.signal, onPack })).rejects.toThrow('enough');
  });
});
