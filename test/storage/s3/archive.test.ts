import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { openS3Store } from '../../../src/storage/s3.ts';
import type { S3StoreOptions } from '../../../src/storage/s3/options.ts';
import { infosOf } from '../../conformance/listing.ts';
import { createVault } from '../../../src/vault/open-vault.ts';
import { type Glacier, startGlacier } from '../../servers/glacier.ts';
import { compareTrees } from '../../vault/compare-trees.ts';
import { folderWith, noise, temporaryFolder, treeRequest } from '../../vault/place.ts';

const bytes = Buffer.from('0123456789');

let glacier: Glacier;
beforeEach(async () => (glacier = await startGlacier()));
afterEach(async () => glacier[Symbol.asyncDispose]());

const options = (changes: Partial<S3StoreOptions> = {}): S3StoreOptions => ({
  bucket: 'archive',
  prefix: 'prod',
  endpoint: glacier.endpoint,
  region: 'ap-south-1',
  pathStyle: true,
  ca: undefined,
  storageClass: 'DEEP_ARCHIVE',
  thaw: { tier: 'bulk', days: 5 },
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  ...changes,
});

test('only packs of content go to the class: a vault can always be listed, opened and looked through', async () => {
  const store = await openS3Store(options());
  for (const name of ['config', 'keys/a', 'data/00/a', 'index/a', 'snapshots/a']) await store.put(name, bytes);
  const writer = await store.writer();
  await writer.write(bytes);
  await writer.commit('data/01/b');
  const folders = await store.writer('folders');
  await folders.write(bytes);
  await folders.commit('data/02/c');
  await store.put('data/03/d', bytes, 'folders');
  const classes = [...glacier.objects].map(([key, { storageClass }]) => [key, storageClass]);
  expect(Object.fromEntries(classes)).toEqual({
    'prod/config': 'STANDARD',
    'prod/keys/a': 'STANDARD',
    'prod/data/00/a': 'DEEP_ARCHIVE',
    'prod/index/a': 'STANDARD',
    'prod/snapshots/a': 'STANDARD',
    'prod/data/01/b': 'DEEP_ARCHIVE',
    'prod/data/02/c': 'STANDARD',
    'prod/data/03/d': 'STANDARD',
  });
});

test('what is archived can be read after it was asked for and has come', async () => {
  const store = await openS3Store(options());
  await store.put('data/00/a', bytes);
  await expect(store.get('data/00/a')).rejects.toMatchObject({
    code: 'object-archived',
    retryable: false,
    hint: expect.stringContaining('restore asks for it'),
  });
  expect(await infosOf(store, 'data/')).toMatchObject([{ name: 'data/00/a', archived: true }]);

  expect(await store.archive?.thaw('data/00/a')).toBe('waiting');
  expect(await store.archive?.thaw('data/00/a')).toBe('waiting');
  expect(await infosOf(store, 'data/')).toMatchObject([{ archived: true }]);
  const [asked, ...again] = glacier.objects.get('prod/data/00/a')?.asked ?? [];
  expect(asked).toContain('<Days>5</Days>');
  expect(asked).toContain('<Tier>Bulk</Tier>');
  expect(again).toEqual([]);

  glacier.finishRestores();
  expect(await store.archive?.thaw('data/00/a')).toBe('ready');
  expect(await store.get('data/00/a')).toEqual(bytes);
  expect((await infosOf(store, 'data/'))[0]).not.toHaveProperty('archived');
});

test('two that ask at once do no harm', async () => {
  const store = await openS3Store(options());
  await store.put('data/00/a', bytes);
  const answers = await Promise.all(Array.from({ length: 4 }, async () => store.archive?.thaw('data/00/a')));
  expect(new Set(answers)).toEqual(new Set(['waiting']));
});

test('what is not archived is there; what is not there is missing', async () => {
  const store = await openS3Store(options({ storageClass: 'GLACIER_IR' }));
  await store.put('data/00/a', bytes);
  expect(await store.archive?.thaw('data/00/a')).toBe('ready');
  expect((await infosOf(store, ''))[0]).not.toHaveProperty('archived');
  await expect(store.archive?.thaw('data/00/none')).rejects.toMatchObject({ code: 'object-missing' });
});

test('encryption by the server is asked for in each object', async () => {
  const server = await openS3Store(options({ encryption: { kind: 'server' } }));
  await server.put('a', bytes);
  expect(glacier.objects.get('prod/a')?.headers).toMatchObject({ 'x-amz-server-side-encryption': 'AES256' });
  const kms = await openS3Store(options({ encryption: { kind: 'kms', key: 'arn:key' } }));
  await kms.put('b', bytes);
  expect(glacier.objects.get('prod/b')?.headers).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'arn:key',
  });
});

test('a server that ignores conditions is found out, and nothing is replaced', async () => {
  const store = await openS3Store(options());
  expect(store.facts.conditionalWrites).toBe(true);
  expect(await store.putNew('config', bytes)).toBe(true);
  expect(store.facts.conditionalWrites).toBe(false);
  expect(await store.putNew('config', Buffer.from('other'))).toBe(false);
  expect(glacier.objects.get('prod/config')?.bytes).toEqual(bytes);
  expect(await store.putNew('other', bytes)).toBe(true);
});

test('a vault whose content is archived is looked through at once, restored when it has come, and says what it did not read', async () => {
  const store = await openS3Store(options());
  // It is not waited for an archive that has what was asked for at the next look.
  const clock = { ...systemClock, sleep: async () => Promise.resolve(glacier.finishRestores()) };
  const vault = await createVault({ store, passphrases: ['correct horse'], clock });
  const source = folderWith({ a: noise(3_000_000), b: 'small' });
  const { snapshot } = await vault.backup(treeRequest(source));
  const classes = [...glacier.objects].filter(([key]) => key.startsWith('prod/data/'));
  expect(classes.map(([, { storageClass }]) => storageClass).sort()).toEqual(['DEEP_ARCHIVE', 'STANDARD']);

  const { checks, notTested } = await vault.verify({ snapshot, level: 'standard' });
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(notTested).toContain('whether 1 pack in an archive class can be asked back and read');
  const refusal = { code: 'object-archived', message: expect.stringContaining('1 pack is in an archive class') };
  await expect(vault.verify({ snapshot, level: 'thorough' })).rejects.toMatchObject(refusal);
  await expect(vault.verifyAll({})).rejects.toMatchObject(refusal);

  const impatient = vault.restore({ snapshot, target: temporaryFolder(), overwrite: 'never' });
  await expect(impatient).rejects.toMatchObject({ code: 'object-archived' });
  const target = temporaryFolder();
  await vault.restore({ snapshot, target, overwrite: 'never', thaw: 'wait' });
  expect(compareTrees(source, join(target, source))).toEqual([]);
  expect((await vault.verify({ snapshot, level: 'thorough' })).checks.every(({ passed }) => passed)).toBe(true);
  await vault.close();
});
