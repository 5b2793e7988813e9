import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openS3Store } from '../../../src/storage/s3.ts';
import { namesOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { startDamagingProxy } from '../../servers/damaging-proxy.ts';
import { startHttpServer } from '../../servers/http.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { faultOf } from '../fault-of.ts';
import { makeBucket, optionsFor, type TestBucket, unfinishedIn } from './bucket.ts';

const bytes = Buffer.from('0123456789');

describe.runIf(requireProgram('radosgw', ['--version']))('S3 says what is wrong', () => {
  let server: Radosgw;
  let bucket: TestBucket;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());
  beforeEach(async () => (bucket = await makeBucket(server)));

  test('a wrong secret', async () => {
    const secretAccessKey = 'wrongsecretkey0000000000000000000000001';
    const store = await bucket.open({ credentials: { ...server.users.main, secretAccessKey } });
    const actions = [
      () => store.get('a'),
      () => store.put('a', bytes),
      () => store.putNew('a', bytes),
      () => store.remove('a'),
    ];
    for (const action of actions) {
      const fault = await faultOf(action());
      expect(fault).toMatchObject({ code: 'storage-refused', retryable: false, hint: expect.any(String) });
      expect(fault.message).not.toContain(secretAccessKey);
    }
    const fault = await faultOf(store.get('a'));
    expect(fault.message).toContain('SignatureDoesNotMatch');
    expect(fault.hint).toContain('secret');
  });

  test('an access key that nobody knows', async () => {
    const store = await bucket.open({ credentials: { ...server.users.main, accessKeyId: 'nobody' } });
    expect(await faultOf(store.get('a'))).toMatchObject({
      code: 'storage-refused',
      message: expect.stringContaining('InvalidAccessKeyId'),
    });
  });

  test('a bucket of somebody else', async () => {
    const store = await bucket.open({ credentials: server.users.other });
    const refused = { code: 'storage-refused', retryable: false, hint: expect.stringContaining('rights') };
    expect(await faultOf(store.put('a', bytes))).toMatchObject(refused);
    expect(await faultOf(namesOf(store, ''))).toMatchObject(refused);
    expect(await faultOf(store.size('a'))).toMatchObject(refused);
  });

  test('a bucket that is not there', async () => {
    const store = await openS3Store(optionsFor(server, 'no-such-bucket'));
    const missing = { code: 'storage-missing', retryable: false, hint: expect.stringContaining('bucket') };
    const actions = [() => store.get('a'), () => store.put('a', bytes), async () => store.prepare?.([])];
    for (const action of actions) expect(await faultOf(action())).toMatchObject(missing);
    expect(await faultOf(namesOf(store, ''))).toMatchObject(missing);
  });

  test('a quota, with small objects and with large ones', async () => {
    const limit = ['quota', '--quota-scope=bucket', '--uid=main'];
    await server.admin(...limit.toSpliced(1, 0, 'set'), '--max-size=4M');
    await server.admin(...limit.toSpliced(1, 0, 'enable'));
    const store = await bucket.open();
    await store.put('a', randomBytes(3 * 2 ** 20));
    const full = { code: 'storage-full', retryable: false, hint: expect.stringContaining('quota') };
    expect(await faultOf(store.put('b', randomBytes(2 ** 20 + 1)))).toMatchObject(full);
    // The server cuts the line now and then while bytes are sent: that may be tried again, and then it answers.
    const large = await faultOf(store.put('c', randomBytes(16 * 2 ** 20)));
    expect([full, { code: 'storage-unreachable', retryable: true, hint: full.hint }]).toContainEqual({
      code: large.code,
      retryable: large.retryable,
      hint: expect.stringContaining('quota'),
    });
    const writer = await store.writer();
    for (let i = 0; i < 40; i += 1) await writer.write(randomBytes(2 ** 20));
    expect((await faultOf(writer.commit('d'))).hint).toContain('quota');
    expect(await unfinishedIn(bucket)).toEqual([]);
    await server.admin(...limit.toSpliced(1, 0, 'disable'));
    await writer.commit('d');
    expect(await store.size('d')).toBe(40 * 2 ** 20);
  });

  test('a certificate of an authority that nobody knows, and a port without TLS', async () => {
    const untrusting = await bucket.open({ endpoint: server.tlsEndpoint });
    expect(await faultOf(untrusting.get('a'))).toMatchObject({
      code: 'storage-unreachable',
      retryable: false,
      hint: expect.stringContaining('ca: /path'),
    });
    const confused = await bucket.open({ endpoint: server.endpoint.replace('http:', 'https:') });
    expect(await faultOf(confused.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: false });
    expect(await faultOf(bucket.open({ ca: '/no/such/ca.pem' }))).toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining('/no/such/ca.pem'),
    });
  });

  test('bytes that were changed on their way are not stored', async () => {
    await using proxy = await startDamagingProxy(server.endpoint);
    const store = await bucket.open({ endpoint: proxy.endpoint });
    const damaged = { code: 'storage-failed', retryable: true, hint: expect.stringContaining('changed') };
    expect(await faultOf(store.put('a', bytes))).toMatchObject(damaged);
    const writer = await store.writer();
    await writer.write(bytes);
    await writer.write(bytes);
    expect(await faultOf(writer.commit('b'))).toMatchObject(damaged);
    expect(await store.size('a')).toBeUndefined();
    expect(await store.size('b')).toBeUndefined();
  });

  test('a server that is gone', async () => {
    const store = await bucket.open();
    await store.put('a', bytes);
    await server.kill();
    const gone = { code: 'storage-unreachable', retryable: true, hint: expect.any(String) };
    const actions = [() => store.get('a'), () => store.put('b', bytes), () => store.size('a'), () => store.remove('a')];
    for (const action of actions) expect(await faultOf(action())).toMatchObject(gone);
    expect(await faultOf(namesOf(store, ''))).toMatchObject(gone);
  });
});

describe('S3 says what is wrong, without a server of its own', () => {
  afterEach(() => vi.unstubAllEnvs());
  const options = {
    bucket: 'some-bucket',
    prefix: '',
    region: undefined,
    pathStyle: true,
    ca: undefined,
    storageClass: undefined,
    thaw: { tier: 'standard', days: 7 },
    credentials: { accessKeyId: 'key', secretAccessKey: 'very-secret' },
  } as const;

  test('a host that has no address', async () => {
    const store = await openS3Store({ ...options, endpoint: 'https://nowhere.invalid' });
    const fault = await faultOf(store.get('a'));
    expect(fault).toMatchObject({ code: 'storage-unreachable', retryable: true });
    expect(fault.hint).toContain('pathStyle');
  });

  test('a server that is busy, and how long it wants to be left alone', async () => {
    await using server = await startHttpServer((response) => {
      response.writeHead(503, { 'retry-after': '7' }).end('<Error><Code>SlowDown</Code></Error>');
    });
    const store = await openS3Store({ ...options, endpoint: `http://127.0.0.1:${server.port}` });
    expect(await faultOf(store.get('a'))).toMatchObject({ code: 'storage-failed', retryable: true, retryAfter: 7000 });
    expect(server.received).toHaveLength(1);
  });

  test('a session that has expired', async () => {
    await using server = await startHttpServer((response) => {
      response.writeHead(400).end('<Error><Code>ExpiredToken</Code><Message>The token has expired</Message></Error>');
    });
    const credentials = { ...options.credentials, sessionToken: 'session-secret' };
    const store = await openS3Store({ ...options, credentials, endpoint: `http://127.0.0.1:${server.port}` });
    const fault = await faultOf(store.get('a'));
    expect(fault).toMatchObject({ code: 'storage-refused', hint: expect.stringContaining('session token') });
    expect(server.received[0]?.headers['x-amz-security-token']).toBe('session-secret');
    expect(`${fault.message} ${fault.hint}`).not.toContain('session-secret');
  });

  test('an answer that breaks off', async () => {
    await using server = await startHttpServer((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('only this', () => response.destroy());
    });
    const store = await openS3Store({ ...options, endpoint: `http://127.0.0.1:${server.port}` });
    expect(await faultOf(store.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: true });
  });

  test('a page of some other server', async () => {
    await using server = await startHttpServer((response) => {
      response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html><body><h1>Bad Gateway</h1><br></body></html>');
    });
    const store = await openS3Store({ ...options, endpoint: `http://127.0.0.1:${server.port}` });
    const fault = await faultOf(store.get('a'));
    expect(fault).toMatchObject({ code: 'storage-failed', retryable: true });
    expect(fault.message).toContain('502');
  });

  test('no credentials, no region', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_REGION'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('HOME', '/nonexistent');
    const lost = await openS3Store({ ...options, credentials: undefined, endpoint: 'http://127.0.0.1:9' });
    expect(await faultOf(lost.get('a'))).toMatchObject({
      code: 'storage-refused',
      hint: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
    const nowhere = await openS3Store({ ...options, endpoint: undefined });
    expect(await faultOf(nowhere.get('a'))).toMatchObject({ hint: expect.stringContaining('region') });
  });

  test('credentials and a proxy come from the environment', async () => {
    await using proxy = await startHttpServer((response) => response.writeHead(200, { 'content-length': 2 }).end('ok'));
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key-of-environment');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('NO_PROXY', '');
    const store = await openS3Store({ ...options, credentials: undefined, endpoint: 'http://s3.nowhere.invalid' });
    expect(String(await store.get('a'))).toBe('ok');
    expect(proxy.received[0]).toMatchObject({
      path: expect.stringContaining('http://s3.nowhere.invalid/some-bucket/a'),
      headers: { authorization: expect.stringContaining('key-of-environment') },
    });
  });
});
