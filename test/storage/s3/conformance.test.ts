import { afterAll, beforeAll, describe } from 'vitest';
import { describeObjectStore } from '../../conformance/object-store.ts';
import { requireProgram } from '../../require.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { makeBucket, unfinishedIn } from './bucket.ts';

describe.runIf(requireProgram('radosgw', ['--version']))('S3', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());

  describeObjectStore('Ceph radosgw, below a prefix, by TLS', async () => {
    const bucket = await makeBucket(server);
    const store = await bucket.open({ prefix: 'vaults/one', endpoint: server.tlsEndpoint, ca: server.ca });
    return { store, litter: () => unfinishedIn(bucket), discard: async () => store.close?.() };
  });
});
