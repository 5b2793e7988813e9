import { afterAll, beforeAll, describe } from 'vitest';
import { describeObjectStore } from '../../conformance/object-store.ts';
import { type GcsServer, startGcsServer } from '../../servers/gcs.ts';
import { makeBucket } from './rig.ts';

describe('Google Cloud Storage', () => {
  let server: GcsServer;
  beforeAll(async () => (server = await startGcsServer()));
  afterAll(async () => server[Symbol.asyncDispose]());

  describeObjectStore('the JSON API, below a prefix, packs in another class', async () => {
    const store = await makeBucket(server).open({ prefix: 'vaults/one', storageClass: 'ARCHIVE' });
    return { store, litter: async () => Promise.resolve(server.uploads.open), discard: async () => store.close?.() };
  });
});
