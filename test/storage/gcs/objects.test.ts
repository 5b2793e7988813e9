import { Storage } from '@google-cloud/storage';
import { JWT } from 'google-auth-library';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openGcsStore } from '../../../src/storage/gcs.ts';
import { tamperWith } from '../../../src/storage/check/tamper.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { namesOf } from '../../conformance/listing.ts';
import { selfSigned } from '../../servers/certificate.ts';
import { type GcsServer, startGcsServer } from '../../servers/gcs.ts';
import { startHttpServer } from '../../servers/http.ts';
import { temporaryFolder } from '../../vault/place.ts';
import { makeBucket, optionsFor, type TestBucket } from './rig.ts';

const bytes = Buffer.from('0123456789');

let server: GcsServer;
let place: TestBucket;
beforeAll(async () => (server = await startGcsServer()));
afterAll(async () => server[Symbol.asyncDispose]());
beforeEach(() => (place = makeBucket(server)));
afterEach(() => {
  vi.unstubAllEnvs();
  server.uploads.keepsOfPart = Infinity;
});

async function write(store: ObjectStore, name: string, content: Buffer): Promise<void> {
  const writer = await store.writer();
  await writer.write(content);
  await writer.commit(name);
}

test('only packs of data go to the class of the plan', async () => {
  const store = await place.open({ storageClass: 'COLDLINE', prefix: 'prod' });
  for (const name of ['config', 'data/00/a', 'index/a']) await store.put(name, bytes);
  await write(store, 'data/01/b', randomBytes(33 * 2 ** 20));
  expect(Object.fromEntries(place.bucket.all.map(({ name, storageClass }) => [name, storageClass]))).toEqual({
    'prod/config': 'STANDARD',
    'prod/data/00/a': 'COLDLINE',
    'prod/index/a': 'STANDARD',
    'prod/data/01/b': 'COLDLINE',
  });
});

test('an upload in parts goes on where the server stopped keeping', async () => {
  const content = randomBytes(50 * 2 ** 20);
  server.uploads.keepsOfPart = 20 * 2 ** 20;
  const before = server.requests.length;
  await write(await place.open(), 'a', content);
  expect(place.bucket.all[0]?.bytes.equals(content)).toBe(true);
  expect(server.requests.slice(before).filter((request) => request.startsWith('PUT'))).toHaveLength(3);
  expect(server.uploads.open).toEqual([]);
});

/** Knows nothing of muster. */
function clientOf({ bucket }: TestBucket): ReturnType<Storage['bucket']> {
  const { client_email: email, private_key: key } = JSON.parse(server.login.serviceAccount) as Record<string, string>;
  const authClient = new JWT({ email: email ?? '', key: key ?? '', scopes: [scope] });
  authClient.useJWTAccessWithScope = true;
  const place = { apiEndpoint: server.endpoint, useAuthWithCustomEndpoint: true, projectId: 'acme' };
  return new Storage({ ...place, authClient }).bucket(bucket.name);
}

const scope = 'https://www.googleapis.com/auth/devstorage.full_control';

describe("Google's own client", () => {
  test.for([
    ['empty', 0],
    ['small', 1000],
    ['large', 34 * 2 ** 20],
  ] as const)('reads what muster wrote, and muster what it wrote: %s', async ([, size]) => {
    const [theirs, store, content] = [clientOf(place), await place.open({ prefix: 'prod' }), randomBytes(size)];
    await write(store, 'data/a', content);
    const [read] = await theirs.file('prod/data/a').download({ validation: 'crc32c' });
    expect(read.equals(content)).toBe(true);
    // In parts it sends no token to a server that isn't Google's.
    place.bucket.open = true;
    for (const resumable of [true, false]) {
      await theirs.file(`prod/data/${resumable}`).save(content, { resumable, validation: 'md5' });
      expect((await store.get(`data/${resumable}`)).equals(content)).toBe(true);
    }
    const [files] = await theirs.getFiles({ prefix: 'prod/' });
    expect(files.map(({ name }) => name.slice(5)).toSorted()).toEqual((await namesOf(store, '')).toSorted());
    const [facts] = await theirs.file('prod/data/a').getMetadata();
    expect(Number(facts.size)).toBe(size);
  });

  test('and muster take no name that the other has', async () => {
    const [theirs, store] = [clientOf(place), await place.open()];
    expect(await store.putNew('a', bytes)).toBe(true);
    const again = theirs.file('a').save(bytes, { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
    await expect(again).rejects.toMatchObject({ code: 412 });
    await theirs.file('a').delete();
    expect(await store.size('a')).toBeUndefined();
    await theirs.file('a').save(bytes, { resumable: false });
    expect(await store.putNew('a', bytes)).toBe(false);
  });
});

test('TLS by an authority of its own', async () => {
  const tls = selfSigned();
  await using secure = await startGcsServer({ tls });
  secure.buckets.make('any-bucket');
  const ca = join(temporaryFolder(), 'ca.pem');
  writeFileSync(ca, tls.cert);
  const store = await openGcsStore({ ...optionsFor(secure, 'any-bucket'), ca });
  await write(store, 'a', Buffer.alloc(33 * 2 ** 20, 1));
  expect(await store.size('a')).toBe(33 * 2 ** 20);
  await store.close?.();
});

describe('the default chain of Google', () => {
  test('a machine gets in by its role', async () => {
    await using facts = await startHttpServer((response) => {
      const token = { access_token: server.login.accessToken, expires_in: 3600, token_type: 'Bearer' };
      response.writeHead(200, { 'metadata-flavor': 'Google', 'content-type': 'application/json' });
      response.end(JSON.stringify(token));
    });
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
    vi.stubEnv('HOME', '/nonexistent');
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${facts.port}`);
    const store = await place.open({ credentials: undefined });
    await store.put('a', bytes);
    expect(await store.get('a')).toEqual(bytes);
  });

  test('a key gets in that the environment names', async () => {
    const file = join(temporaryFolder(), 'key.json');
    writeFileSync(file, server.login.serviceAccount);
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file);
    const store = await place.open({ credentials: undefined });
    await store.put('a', bytes);
    expect(await store.get('a')).toEqual(bytes);
  });
});

describe('tamper test of Google', () => {
  test('an ordinary bucket is unprotected', async () => {
    expect(await outcomesOf(await place.open())).toEqual({
      verdict: 'unprotected',
      left: 0,
      remove: 'done',
      overwrite: 'done',
      destroy: 'done',
      'shorten-lock': 'not-applicable',
      'lift-lock': 'not-applicable',
      'back-date': 'not-applicable',
    });
  });

  test('versions alone protect nothing: the thief removes them too', async () => {
    const store = await makeBucket(server, { versions: 'kept' }).open();
    expect(await outcomesOf(store)).toMatchObject({
      verdict: 'unprotected',
      remove: 'hidden',
      overwrite: 'hidden',
      destroy: 'done',
    });
  });

  test('a retention policy of the bucket protects', async () => {
    place.bucket.retention = true;
    expect(await outcomesOf(await place.open())).toMatchObject({
      verdict: 'protected',
      left: 1,
      remove: 'refused',
      overwrite: 'refused',
      destroy: 'refused',
    });
  });
});

async function outcomesOf(store: ObjectStore): Promise<object> {
  const { verdict, attempts, left } = await tamperWith(store);
  return { verdict, left: left.length, ...Object.fromEntries(attempts.map(({ kind, outcome }) => [kind, outcome])) };
}
