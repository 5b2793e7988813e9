import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MetadataCache } from '../../../src/vault/cache/metadata-cache.ts';
import type { BackupRequest } from '../../../src/vault/vault.ts';
import { contentOf, folderWith, pathsIn, temporaryFolder, treeRequest } from '../place.ts';
import { newRemoteVault, openRemoteVault } from './remote-vault.ts';
import type { RemoteVault } from './remote-vault.ts';

const files = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`d${i}/e/file-${i}`, `content ${i}`]));

/** Not below the folder for temporary ones, which others change. */
function requestFor(source: string, parent?: string): BackupRequest {
  const root = { kind: 'tree', path: source, as: '/source', excluded: () => false } as const;
  return treeRequest(source, { roots: [root], paths: ['/source'], parent });
}

interface Prepared extends RemoteVault {
  readonly source: string;
  readonly cacheFolder: string;
  readonly snapshot: string;
}

/** A vault with one backup, that another machine has made. */
async function prepared(): Promise<Prepared> {
  const source = folderWith(files);
  const made = await newRemoteVault();
  const { snapshot } = await made.vault.backup(requestFor(source));
  return { ...made, source, snapshot, cacheFolder: join(temporaryFolder(), 'cache') };
}

/** Everything in the cache of the only vault in it. */
function cachedFiles(cacheFolder: string): readonly string[] {
  const all = readdirSync(cacheFolder, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function listAndBackUp({ store, source, cacheFolder }: Prepared): Promise<Readonly<Record<string, number>>> {
  const { vault, repository } = await openRemoteVault(store, { cacheFolder, firstSlot: firstSlot(store) });
  store.takeCounts();
  const parent = (await vault.snapshots()).at(-1)?.id;
  const { bytesNew } = await vault.backup(requestFor(source, parent));
  expect(bytesNew).toBe(0);
  expect(await repository.listIds('locks')).toStrictEqual([]);
  return store.takeCounts();
}

function firstSlot({ objects }: Prepared['store']): string {
  return [...objects.keys()].find((name) => name.startsWith('keys/'))?.slice(5) ?? '';
}

describe('the cache of a remote vault', () => {
  test('an unchanged backup needs only listings, locks and its snapshot', async () => {
    const place = await prepared();
    expect((await listAndBackUp(place))['get data']).toBe(1);
    const counts = await listAndBackUp(place);
    expect(counts).toStrictEqual({
      // One by this test.
      'list locks': 3,
      'put locks': 1,
      'remove locks': 1,
      'size locks': 2,
      'get config': 1,
      'list index': 1,
      'list snapshots': 1,
      // The parent, whose name alone does not say that it is still there.
      'get snapshots': 1,
      'put snapshots': 1,
    });
  });

  test('what this machine has written is in it at once', async () => {
    const { source, store, cacheFolder } = await prepared();
    const { vault } = await openRemoteVault(store, { cacheFolder });
    writeFileSync(join(source, 'd1/e/new'), 'new');
    const { snapshot } = await vault.backup(treeRequest(source));
    const again = await openRemoteVault(store, { cacheFolder });
    store.takeCounts();
    expect(await pathsIn(again.vault, snapshot, join(source, 'd1'))).toContain('/e/new');
    expect(store.takeCounts()).toStrictEqual({ 'get data': 1, 'get snapshots': 1 });
  });

  test('damaged, cut off or missing entries are only missing; what is damaged is replaced', async () => {
    const place = await prepared();
    await listAndBackUp(place);
    const changes = [
      (path: string) => writeFileSync(path, readFileSync(path).fill(7, 20, 60)),
      (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 50)),
      (path: string) => appendFileSync(path, 'x'),
      (path: string) => rmSync(path),
    ];
    for (const change of changes) {
      for (const path of cachedFiles(place.cacheFolder)) change(path);
      await listAndBackUp(place);
      expect((await listAndBackUp(place))['get index']).toBeUndefined();
    }
  });

  test('a folder that can not be used is no fault, also when it goes away meanwhile', async () => {
    const place = await prepared();
    writeFileSync(place.cacheFolder, 'a file');
    await listAndBackUp(place);
    rmSync(place.cacheFolder);
    const { vault } = await openRemoteVault(place.store, { cacheFolder: place.cacheFolder });
    rmSync(place.cacheFolder, { recursive: true });
    expect(await contentOf(vault, place.snapshot, '/source/d3/e/file-3')).toBe('content 3');
  });

  test('checks read the store, not the cache', async () => {
    const { store, cacheFolder, snapshot } = await prepared();
    const { vault } = await openRemoteVault(store, { cacheFolder });
    expect(await vault.totals(snapshot)).toMatchObject({ files: 50 });
    for (const [name, { bytes }] of store.objects) if (name.startsWith('data/')) bytes.fill(0, 40, 90);
    const { checks } = await vault.verify({ snapshot, level: 'basic' });
    expect(checks.filter(({ passed }) => !passed).map(({ name }) => name)).toStrictEqual(['folders']);
  });

  test('what the vault has no more is removed, and what nobody opens for long', async () => {
    const { store, cacheFolder, snapshot, vault: elsewhere } = await prepared();
    const { vault } = await openRemoteVault(store, { cacheFolder });
    await vault.totals((await vault.snapshots()).at(-1)?.id ?? '');
    const before = cachedFiles(cacheFolder);
    expect(new Set(before.map((path) => path.split('/').at(-2)))).toStrictEqual(
      new Set(['index', 'packs', 'snapshots']),
    );
    await elsewhere.forget({ snapshots: [snapshot], last: 'remove' });
    await elsewhere.prune({ mode: 'apply' });
    await (await openRemoteVault(store, { cacheFolder })).vault.snapshots();
    await expect.poll(() => cachedFiles(cacheFolder)).toStrictEqual([]);
  });

  test('it is bounded: what was not used for longest goes first', async () => {
    const [folder, vault] = [temporaryFolder(), 'a'.repeat(64)];
    const cache = await MetadataCache.open({ folder, vault, limit: 1000 });
    for (const digit of '0123456789abcdef') await cache?.put('packs', digit.repeat(64), Buffer.alloc(100));
    await expect.poll(() => cachedFiles(folder).length).toBeLessThanOrEqual(10);
    expect(cache?.has('packs', 'f'.repeat(64))).toBe(true);
    expect(existsSync(join(folder, vault, 'packs', '0'.repeat(64)))).toBe(false);
    const other = await MetadataCache.open({ folder, vault, limit: 1000 });
    expect((await other?.get('packs', 'f'.repeat(64)))?.length).toBe(100);
  });

  test('nobody else may read it', async () => {
    const folder = join(temporaryFolder(), 'cache');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    const cache = await MetadataCache.open({ folder, vault: 'b'.repeat(64) });
    await cache?.put('index', 'c'.repeat(64), Buffer.from('x'));
    const [entry] = readdirSync(folder, { withFileTypes: true });
    expect(entry?.name).toBe('b'.repeat(64));
  });
});
