import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openAzureStore } from '../../../src/storage/azure.ts';
import { tamperWith } from '../../../src/storage/check/tamper.ts';
import { infosOf } from '../../conformance/listing.ts';
import { type Azurite, startAzurite } from '../../servers/azurite.ts';
import { startHttpServer } from '../../servers/http.ts';
import { faultOf } from '../fault-of.ts';
import { makeContainer, optionsFor, type TestContainer } from './container.ts';

const bytes = Buffer.from('0123456789');

describe('blobs in Azure', () => {
  let server: Azurite;
  let container: TestContainer;
  beforeAll(async () => (server = await startAzurite()));
  afterAll(async () => server[Symbol.asyncDispose]());
  beforeEach(async () => (container = await makeContainer(server)));

  async function tierOf(name: string): Promise<string | undefined> {
    return (await container.client.getBlobClient(name).getProperties()).accessTier;
  }

  test('only packs of data go to the tier of the plan', async () => {
    const store = await container.open({ accessTier: 'cold', prefix: 'prod' });
    for (const name of ['config', 'data/00/a', 'index/a']) await store.put(name, bytes);
    const writer = await store.writer();
    for (let i = 0; i < 40; i += 1) await writer.write(Buffer.alloc(2 ** 20, i));
    await writer.commit('data/01/b');
    expect(
      await Promise.all(['config', 'data/00/a', 'data/01/b', 'index/a'].map((name) => tierOf(`prod/${name}`))),
    ).toEqual(['Hot', 'Cold', 'Cold', 'Hot']);
  });

  test('what a rule moved to the archive is seen there, asked back, and read', async () => {
    const store = await container.open();
    await store.put('data/00/a', bytes);
    await container.client.getBlobClient('data/00/a').setAccessTier('Archive');
    expect(await infosOf(store, 'data/')).toMatchObject([{ name: 'data/00/a', archived: true }]);
    expect(await faultOf(store.get('data/00/a'))).toMatchObject({ code: 'object-archived', retryable: false });
    expect(await store.archive?.thaw('data/00/a')).toBe('waiting');
    // Azurite needs no time for it.
    expect(await store.archive?.thaw('data/00/a')).toBe('ready');
    expect(await store.get('data/00/a')).toEqual(bytes);
    expect(await infosOf(store, 'data/')).toEqual([expect.not.objectContaining({ archived: true })]);
    expect(await faultOf(store.archive?.thaw('data/00/b') ?? Promise.resolve())).toMatchObject({
      code: 'object-missing',
    });
  });

  test('what is on its way from the archive is not asked for again', async () => {
    await using other = await startHttpServer((response) => {
      const archived = { 'x-ms-access-tier': 'Archive', 'x-ms-archive-status': 'rehydrate-pending-to-hot' };
      response.writeHead(200, { ...archived, 'content-length': 10 }).end();
    });
    const store = await container.open({ endpoint: `http://127.0.0.1:${other.port}` });
    expect(await store.archive?.thaw('data/00/a')).toBe('waiting');
    expect(other.received.map(({ method }) => method)).toEqual(['HEAD']);
  });

  test('an ordinary container is unprotected', async () => {
    const { verdict, attempts, left } = await tamperWith(await container.open());
    expect({ verdict, left }).toEqual({ verdict: 'unprotected', left: [] });
    expect(Object.fromEntries(attempts.map(({ kind, outcome }) => [kind, outcome]))).toEqual({
      remove: 'done',
      overwrite: 'done',
      destroy: 'done',
      'shorten-lock': 'not-applicable',
      'lift-lock': 'not-applicable',
      'back-date': 'not-applicable',
    });
  });
});

describe('the default chain of Azure', () => {
  let server: Azurite;
  beforeAll(async () => (server = await startAzurite({ tls: 'self-signed' })));
  afterAll(async () => server[Symbol.asyncDispose]());
  afterEach(() => vi.unstubAllEnvs());

  test('the identity of a machine gets in, with TLS by an authority of its own', async () => {
    const container = await makeContainer(server);
    await using identity = await startHttpServer((response) => {
      const token = { access_token: unsignedToken(), expires_on: String(secondsFromNow(3600)), token_type: 'Bearer' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
    });
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential');
    vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${identity.port}/token`);
    vi.stubEnv('IDENTITY_HEADER', 'header-of-the-machine');
    const store = await container.open({ credentials: undefined });
    await store.put('a', bytes);
    expect(await store.get('a')).toEqual(bytes);
    expect(identity.received[0]?.path).toContain(encodeURIComponent('https://storage.azure.com'));
    await store.close?.();
  });

  test('no credentials at all, and a server without TLS', async () => {
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential');
    for (const name of ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET']) vi.stubEnv(name, undefined);
    const options = { ...optionsFor(server, 'any'), credentials: undefined };
    expect(await faultOf((await openAzureStore(options)).get('a'))).toMatchObject({
      code: 'storage-refused',
      hint: expect.stringContaining('SAS'),
    });
    const plain = await openAzureStore({ ...options, endpoint: 'http://127.0.0.1:9' });
    expect(await faultOf(plain.get('a'))).toMatchObject({
      code: 'storage-refused',
      hint: expect.stringContaining('https'),
    });
  });
});

function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Azurite looks into a token, and not at its signature. */
function unsignedToken(): string {
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows-ppe.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/',
    nbf: secondsFromNow(-60),
    iat: secondsFromNow(-60),
    exp: secondsFromNow(3600),
  };
  const parts = [{ typ: 'JWT', alg: 'RS256' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${parts.join('.')}.signature`;
}
