import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openGcsStore } from '../../../src/storage/gcs.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { namesOf } from '../../conformance/listing.ts';
import { selfSigned } from '../../servers/certificate.ts';
import { startDamagingProxy } from '../../servers/damaging-proxy.ts';
import { type GcsServer, startGcsServer } from '../../servers/gcs.ts';
import { startHttpServer } from '../../servers/http.ts';
import { faultOf } from '../fault-of.ts';
import { makeBucket, optionsFor, type TestBucket } from './rig.ts';

const bytes = Buffer.from('0123456789');

/** One of each kind of request. */
const requests: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
  get: (store) => store.get('a'),
  put: (store) => store.put('a', bytes),
  putNew: (store) => store.putNew('a', bytes),
  large: (store) => writeLarge(store, 'a'),
  size: (store) => store.size('a'),
  list: (store) => namesOf(store, ''),
  remove: (store) => store.remove('a'),
  prepare: async (store) => store.prepare?.([]),
};

async function writeLarge(store: ObjectStore, name: string, mebibytes = 40): Promise<void> {
  const writer = await store.writer();
  for (let i = 0; i < mebibytes; i += 1) await writer.write(Buffer.alloc(2 ** 20, i));
  try {
    await writer.commit(name);
  } finally {
    await writer.abort();
  }
}

describe('Google says what is wrong', () => {
  let server: GcsServer;
  let place: TestBucket;
  beforeAll(async () => (server = await startGcsServer()));
  afterAll(async () => server[Symbol.asyncDispose]());
  beforeEach(() => (place = makeBucket(server)));
  afterEach(() => vi.unstubAllEnvs());

  test.for(Object.entries(requests))('the key of another account: %s', async ([, request]) => {
    await using other = await startGcsServer();
    const fault = await faultOf(request(await place.open({ credentials: other.login.serviceAccount })));
    expect(fault).toMatchObject({ code: 'storage-refused', retryable: false, hint: expect.stringContaining('clock') });
    expect(fault.message).toContain('authError (HTTP 401)');
  });

  test.for(Object.entries(requests))('a bucket that is not there: %s', async ([, request]) => {
    const fault = await faultOf(request(await openGcsStore(optionsFor(server, 'no-such-bucket'))));
    expect(fault).toMatchObject({ code: 'storage-missing', retryable: false, hint: expect.stringContaining('bucket') });
  });

  test.for(['not JSON, and secret', '[]', 'null', '{"type":"authorized_user","refresh_token":"secret"}'])(
    'credentials that are no key of a service account: %s',
    async (credentials) => {
      const fault = await faultOf(place.open({ credentials }));
      expect(fault).toMatchObject({ code: 'storage-refused', hint: expect.stringContaining('JSON') });
      expect(`${fault.message} ${fault.hint} ${String(fault.cause)}`).not.toContain('secret');
    },
  );

  test('a private key that is none', async () => {
    const key = { ...(JSON.parse(server.login.serviceAccount) as object), private_key: 'not a key' };
    const fault = await faultOf((await place.open({ credentials: JSON.stringify(key) })).get('a'));
    expect(fault).toMatchObject({
      code: 'storage-refused',
      retryable: false,
      hint: expect.stringContaining('private_key'),
    });
    expect(fault.message).not.toContain('not a key');
  });

  test('no credentials anywhere', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
    vi.stubEnv('HOME', '/nonexistent');
    vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
    expect(await faultOf((await place.open({ credentials: undefined })).get('a'))).toMatchObject({
      code: 'storage-refused',
      retryable: false,
      hint: expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS'),
    });
  });

  test('a certificate of an authority that nobody knows, and a port without TLS', async () => {
    await using secure = await startGcsServer({ tls: selfSigned() });
    secure.buckets.make('any');
    expect(await faultOf((await openGcsStore(optionsFor(secure, 'any'))).get('a'))).toMatchObject({
      code: 'storage-unreachable',
      retryable: false,
      hint: expect.stringContaining('ca: /path'),
    });
    const confused = await place.open({ endpoint: server.endpoint.replace('http:', 'https:') });
    expect(await faultOf(confused.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: false });
    expect(await faultOf(place.open({ endpoint: 'https://any.invalid', ca: '/no/such/ca.pem' }))).toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining('/no/such/ca.pem'),
    });
  });

  test('bytes that were changed on their way are not stored, and not taken for what was stored', async () => {
    const contents = { there: Buffer.alloc(1000, 1), back: Buffer.alloc(10, 1) };
    await using there = await startDamagingProxy(server.endpoint, 'there');
    const store = await place.open({ endpoint: there.endpoint });
    // The first byte of what is sent at once is no content.
    expect(await faultOf(store.put('a', contents.there))).toMatchObject({ code: 'storage-failed' });
    await (await place.open()).put('a', contents.back);
    await using back = await startDamagingProxy(server.endpoint, 'back');
    const deceived = await place.open({ endpoint: back.endpoint });
    expect(await faultOf(deceived.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: true });
    expect(place.bucket.all.map(({ name }) => name)).toEqual(['a']);
  });

  test('a hash that does not fit what came', async () => {
    await using other = await startGcsServer({
      fault: (request) => {
        // One byte of a part is changed by the test's own hand.
        if (request.method === 'PUT') request.once('data', (chunk: Buffer) => (chunk[0] = (chunk[0] ?? 0) ^ 1));
        return false;
      },
    });
    const bucket = other.buckets.make('any-bucket');
    const store = await openGcsStore(optionsFor(other, 'any-bucket'));
    const damaged = { code: 'storage-failed', retryable: true, hint: expect.stringContaining('changed') };
    expect(await faultOf(writeLarge(store, 'a'))).toMatchObject(damaged);
    expect({ objects: bucket.all, open: other.uploads.open }).toEqual({ objects: [], open: [] });
  });

  test('what a retention policy of the bucket keeps', async () => {
    const store = await place.open();
    await store.put('a', bytes);
    place.bucket.retention = true;
    for (const action of [store.remove('a'), store.put('a', bytes), writeLarge(store, 'a')])
      expect(await faultOf(action)).toMatchObject({ code: 'object-locked', retryable: false });
    expect(await store.get('a')).toEqual(bytes);
  });

  test('a storage class that is none', async () => {
    const store = await place.open({ storageClass: 'FROZEN' });
    expect(await faultOf(store.put('data/a', bytes))).toMatchObject({ hint: expect.stringContaining('storageClass') });
    await store.put('index/a', bytes);
  });

  test('a server that is gone', async () => {
    const other = await startGcsServer();
    const store = await makeBucket(other).open();
    await store.put('a', bytes);
    await other.kill();
    for (const request of Object.values(requests))
      expect(await faultOf(request(store))).toMatchObject({ code: 'storage-unreachable', retryable: true });
  });
});

describe('Google says what is wrong, without a server of its own', () => {
  let credentials = '';
  beforeAll(async () => {
    await using server = await startGcsServer();
    credentials = server.login.serviceAccount;
  });
  const options = { bucket: 'acme-backups', prefix: '', ca: undefined, storageClass: undefined };

  test('a host that has no address', async () => {
    const store = await openGcsStore({ ...options, credentials, endpoint: 'https://nowhere.invalid' });
    expect(await faultOf(store.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: true });
    expect(store.description).toBe('gcs acme-backups at nowhere.invalid');
    expect((await openGcsStore({ ...options, prefix: 'prod', endpoint: undefined })).description).toBe(
      'gcs acme-backups/prod at Google',
    );
  });

  test.for([
    [429, 'rateLimitExceeded', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'connections' }],
    [403, 'rateLimitExceeded', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'connections' }],
    [503, 'backendError', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'later' }],
    [500, 'nobodyKnows', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'logs' }],
    [403, 'forbidden', { code: 'storage-refused', retryable: false, hint: 'roles' }],
    [403, 'insufficientPermissions', { code: 'storage-refused', retryable: false, hint: 'roles' }],
    [403, 'accountDisabled', { code: 'storage-refused', retryable: false, hint: 'billing' }],
    [403, 'objectUnderActiveHold', { code: 'object-locked', retryable: false, hint: 'hold' }],
    [403, 'quotaExceeded', { code: 'storage-full', retryable: false, hint: 'quota' }],
    [401, 'authError', { code: 'storage-refused', retryable: false, hint: 'clock' }],
  ] as const)('the answer %s %s', async ([status, reason, { hint, ...expected }]) => {
    await using server = await startHttpServer((response) => {
      const error = { code: status, message: 'Told so.\nAnd more.', errors: [{ reason, domain: 'global' }] };
      response.writeHead(status, { 'retry-after': '7' }).end(JSON.stringify({ error }));
    });
    const store = await openGcsStore({ ...options, credentials, endpoint: `http://127.0.0.1:${server.port}` });
    const fault = await faultOf(store.put('a', bytes));
    expect(fault).toMatchObject({ ...expected, hint: expect.stringContaining(hint) });
    expect(fault.message).toMatch(new RegExp(`${reason} \\(HTTP ${status}\\): Told so\\.$`));
    expect(server.received).toHaveLength(1);
  });

  test('a page of some other server, and an answer that breaks off', async () => {
    await using proxy = await startHttpServer((response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body><h1>Bad Gateway</h1></body></html>');
    });
    const behind = await openGcsStore({ ...options, credentials, endpoint: `http://127.0.0.1:${proxy.port}` });
    const fault = await faultOf(behind.get('a'));
    expect(fault).toMatchObject({ code: 'storage-failed', retryable: true });
    expect(fault.message).toMatch(/: HTTP 502$/);
    await using server = await startHttpServer((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('only this', () => response.destroy());
    });
    const store = await openGcsStore({ ...options, credentials, endpoint: `http://127.0.0.1:${server.port}` });
    for (const request of [requests['get'], requests['size'], requests['list']])
      expect(await faultOf(request?.(store) ?? Promise.resolve())).toMatchObject({
        code: 'storage-unreachable',
        retryable: true,
      });
  });

  test('a page of some other server that says it went well', async () => {
    await using server = await startHttpServer((response) => response.writeHead(200).end('<html>Welcome</html>'));
    const store = await openGcsStore({ ...options, credentials, endpoint: `http://127.0.0.1:${server.port}` });
    for (const request of [requests['size'], requests['put'], requests['list']])
      expect(await faultOf(request?.(store) ?? Promise.resolve())).toMatchObject({
        code: 'storage-failed',
        hint: expect.stringContaining('endpoint'),
      });
  });
});
