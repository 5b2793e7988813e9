import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAzureStore } from '../../../src/storage/azure.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { namesOf } from '../../conformance/listing.ts';
import { type Azurite, startAzurite } from '../../servers/azurite.ts';
import { startDamagingProxy } from '../../servers/damaging-proxy.ts';
import { startHttpServer } from '../../servers/http.ts';
import { faultOf } from '../fault-of.ts';
import { makeContainer, optionsFor, type TestContainer, unfinishedIn } from './container.ts';

const bytes = Buffer.from('0123456789');

/** One of each kind of request. */
const requests: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
  get: (store) => store.get('a'),
  put: (store) => store.put('a', bytes),
  putNew: (store) => store.putNew('a', bytes),
  size: (store) => store.size('a'),
  list: (store) => namesOf(store, ''),
  remove: (store) => store.remove('a'),
  prepare: async (store) => store.prepare?.([]),
};

describe('Azure says what is wrong', () => {
  let server: Azurite;
  let container: TestContainer;
  beforeAll(async () => (server = await startAzurite()));
  afterAll(async () => server[Symbol.asyncDispose]());
  beforeEach(async () => (container = await makeContainer(server)));

  function sas(permissions: string, [from, to]: readonly [number, number] = [-60, 60]): string {
    const values = {
      containerName: container.name,
      permissions: ContainerSASPermissions.parse(permissions),
      startsOn: new Date(Date.now() + from * 1000),
      expiresOn: new Date(Date.now() + to * 1000),
    };
    return generateBlobSASQueryParameters(
      values,
      new StorageSharedKeyCredential(server.account, server.accountKey),
    ).toString();
  }

  test.for(Object.entries(requests))('a wrong account key: %s', async ([, request]) => {
    const accountKey = Buffer.from('this is not the key').toString('base64');
    const fault = await faultOf(request(await container.open({ credentials: { accountKey } })));
    expect(fault).toMatchObject({
      code: 'storage-refused',
      retryable: false,
      hint: expect.stringMatching(/key|credentials/),
    });
    expect(fault.message).not.toContain(accountKey);
  });

  test.for(Object.entries(requests))('a container that is not there: %s', async ([, request]) => {
    const fault = await faultOf(request(await openAzureStore(optionsFor(server, 'no-such-container'))));
    expect(fault).toMatchObject({
      code: 'storage-missing',
      retryable: false,
      hint: expect.stringContaining('container'),
    });
  });

  test.for([
    ['has expired', [-60, -1]],
    ['is not valid yet', [60, 120]],
  ] as const)('a SAS that %s', async ([, times]) => {
    const store = await container.open({ credentials: { sas: sas('racwdl', times) } });
    for (const request of Object.values(requests)) {
      const fault = await faultOf(request(store));
      expect(fault).toMatchObject({ code: 'storage-refused', hint: expect.stringContaining('new SAS') });
      expect(`${fault.message} ${fault.hint} ${String(fault.cause)}`).not.toContain('sig=');
    }
  });

  test('a SAS with too few rights, one that was changed, and one that is none', async () => {
    const reader = await container.open({ credentials: { sas: `?${sas('rl')}` } });
    expect(await namesOf(reader, '')).toEqual([]);
    for (const request of [requests['put'], requests['remove']])
      expect(await faultOf(request?.(reader) ?? Promise.resolve())).toMatchObject({
        code: 'storage-refused',
        message: expect.stringContaining('AuthorizationPermissionMismatch'),
        hint: expect.stringContaining('rights'),
      });
    for (const other of [sas('rl').replace(/sig=.../, 'sig=AAA'), 'nonsense'])
      expect(await faultOf((await container.open({ credentials: { sas: other } })).get('a'))).toMatchObject({
        code: 'storage-refused',
        hint: expect.stringContaining('SAS'),
      });
  });

  test('a certificate of an authority that nobody knows, and a port without TLS', async () => {
    await using secure = await startAzurite({ tls: 'self-signed' });
    const untrusting = await openAzureStore({ ...optionsFor(secure, 'any'), ca: undefined });
    expect(await faultOf(untrusting.get('a'))).toMatchObject({
      code: 'storage-unreachable',
      retryable: false,
      hint: expect.stringContaining('ca: /path'),
    });
    const confused = await container.open({ endpoint: server.endpoint.replace('http:', 'https:') });
    expect(await faultOf(confused.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: false });
    const lost = container.open({ endpoint: 'https://any.invalid', ca: '/no/such/ca.pem' });
    expect(await faultOf(lost)).toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining('/no/such/ca.pem'),
    });
  });

  test('bytes that were changed on their way are not stored, and not taken for what was stored', async () => {
    await using there = await startDamagingProxy(server.endpoint, 'there');
    const store = await container.open({ endpoint: `${there.endpoint}/${server.account}` });
    const damaged = { code: 'storage-failed', retryable: true, hint: expect.stringContaining('changed') };
    expect(await faultOf(store.put('a', bytes))).toMatchObject(damaged);
    const writer = await store.writer();
    for (let i = 0; i < 40; i += 1) await writer.write(Buffer.alloc(2 ** 20, i));
    expect(await faultOf(writer.commit('b'))).toMatchObject(damaged);
    await writer.abort();
    expect(await namesOf(store, '')).toEqual([]);
    const plain = await container.open();
    await plain.put('a', bytes);
    await using back = await startDamagingProxy(server.endpoint, 'back');
    const deceived = await container.open({ endpoint: `${back.endpoint}/${server.account}` });
    expect(await faultOf(deceived.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: true });
  });

  test('blobs with snapshots of somebody else are left alone', async () => {
    const store = await container.open();
    await store.put('a', bytes);
    await container.client.getBlobClient('a').createSnapshot();
    expect(await faultOf(store.remove('a'))).toMatchObject({
      code: 'storage-refused',
      hint: expect.stringContaining('snapshots'),
    });
    expect(await store.get('a')).toEqual(bytes);
  });

  test('a large object waits for the server to be there again, and is then written', async () => {
    const store = await container.open();
    const writer = await store.writer();
    for (let i = 0; i < 70; i += 1) await writer.write(Buffer.alloc(2 ** 20, i));
    const missing = await container.client.delete().then(() => faultOf(writer.commit('data/big')));
    expect(missing).toMatchObject({ code: 'storage-missing' });
    await container.client.create();
    await writer.commit('data/big');
    expect(await store.size('data/big')).toBe(70 * 2 ** 20);
    expect((await store.get('data/big', { offset: 69 * 2 ** 20 - 1, length: 2 })).toString('hex')).toBe('4445');
    expect(await unfinishedIn(container)).toEqual([]);
  });

  test('a server that is gone', async () => {
    const other = await startAzurite();
    const store = await (await makeContainer(other)).open();
    await store.put('a', bytes);
    await other[Symbol.asyncDispose]();
    for (const request of Object.values(requests))
      expect(await faultOf(request(store))).toMatchObject({ code: 'storage-unreachable', retryable: true });
  });
});

describe('Azure says what is wrong, without a server of its own', () => {
  const options = { account: 'acme', container: 'backups', prefix: '', ca: undefined, accessTier: undefined };
  const credentials = { accountKey: Buffer.from('very-secret').toString('base64') };

  test('a host that has no address', async () => {
    const store = await openAzureStore({ ...options, credentials, endpoint: 'https://nowhere.invalid' });
    expect(await faultOf(store.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: true });
    expect(store.description).toBe('azure backups at nowhere.invalid');
    expect((await openAzureStore({ ...options, credentials, prefix: 'prod', endpoint: undefined })).description).toBe(
      'azure backups/prod at acme.blob.core.windows.net',
    );
  });

  test.for([
    [503, 'ServerBusy', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'connections' }],
    [429, 'TooManyRequests', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'connections' }],
    [500, 'OperationTimedOut', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'later' }],
    [500, 'NobodyKnows', { code: 'storage-failed', retryable: true, retryAfter: 7000, hint: 'logs' }],
    [403, 'AccountIsDisabled', { code: 'storage-refused', retryable: false, hint: 'enabled' }],
    [403, 'KeyBasedAuthenticationNotPermitted', { code: 'storage-refused', retryable: false, hint: 'identity' }],
    [403, 'AuthorizationSourceIPMismatch', { code: 'storage-refused', retryable: false, hint: 'firewall' }],
    [409, 'BlobImmutableDueToPolicy', { code: 'object-locked', retryable: false, hint: 'policy' }],
    [409, 'ContainerBeingDeleted', { code: 'storage-failed', retryable: true, hint: 'later' }],
    [507, 'InsufficientStorage', { code: 'storage-full', retryable: false, hint: 'prune' }],
  ] as const)('the answer %s %s', async ([status, word, { hint, ...expected }]) => {
    await using server = await startHttpServer((response) => {
      const headers = { 'retry-after': '7', 'x-ms-error-code': word, 'content-type': 'application/xml' };
      response
        .writeHead(status, headers)
        .end(`<Error><Code>${word}</Code><Message>Told so.\nTime: now</Message></Error>`);
    });
    const store = await openAzureStore({ ...options, credentials, endpoint: `http://127.0.0.1:${server.port}` });
    const fault = await faultOf(store.put('a', bytes));
    expect(fault).toMatchObject({ ...expected, hint: expect.stringContaining(hint) });
    expect(fault.message).toMatch(new RegExp(`${word} \\(HTTP ${status}\\): Told so\\.$`));
    expect(server.received).toHaveLength(1);
  });

  test.for([
    ['Request date header too old: 2026', 'clock of this machine (NTP)'],
    ['Signature not valid in the specified time frame', 'new SAS'],
    ['The MAC signature found in the HTTP request is not the same', 'account key'],
  ] as const)('a request that is refused because: %s', async ([detail, hint]) => {
    await using server = await startHttpServer((response) => {
      const headers = { 'x-ms-error-code': 'AuthenticationFailed', 'content-type': 'application/xml' };
      const text = `<Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.</Message>`;
      const more = `<AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail>`;
      response.writeHead(403, headers).end(`<Error>${text}${more}</Error>`);
    });
    const store = await openAzureStore({ ...options, credentials, endpoint: `http://127.0.0.1:${server.port}` });
    expect(await faultOf(store.get('a'))).toMatchObject({
      code: 'storage-refused',
      hint: expect.stringContaining(hint),
    });
  });

  test('an answer that breaks off', async () => {
    await using server = await startHttpServer((response) => {
      response.writeHead(200, { 'content-length': '100', etag: '"1"' }).write('only this', () => response.destroy());
    });
    const store = await openAzureStore({ ...options, credentials, endpoint: `http://127.0.0.1:${server.port}` });
    expect(await faultOf(store.get('a'))).toMatchObject({ code: 'storage-unreachable', retryable: true });
  });
});
