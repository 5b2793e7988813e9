import { afterAll, beforeAll, describe } from 'vitest';
import { describeObjectStore } from '../../conformance/object-store.ts';
import { type Azurite, startAzurite } from '../../servers/azurite.ts';
import { makeContainer, unfinishedIn } from './container.ts';

describe('Azure Blob Storage', () => {
  let server: Azurite;
  beforeAll(async () => (server = await startAzurite()));
  afterAll(async () => server[Symbol.asyncDispose]());

  describeObjectStore('Azurite, below a prefix, packs in a cool tier', async () => {
    const container = await makeContainer(server);
    const store = await container.open({ prefix: 'vaults/one', accessTier: 'cool' });
    return { store, litter: () => unfinishedIn(container), discard: async () => store.close?.() };
  });
});
