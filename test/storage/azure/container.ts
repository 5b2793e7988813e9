import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { openAzureStore } from '../../../src/storage/azure.ts';
import type { AzureStoreOptions } from '../../../src/storage/azure/options.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import type { Azurite } from '../../servers/azurite.ts';

/** A new container, and a client that is not muster's. */
export interface TestContainer {
  readonly name: string;
  readonly client: ContainerClient;
  readonly options: AzureStoreOptions;
  readonly open: (changes?: Partial<AzureStoreOptions>) => Promise<ObjectStore>;
}

export async function makeContainer(server: Azurite): Promise<TestContainer> {
  const name = `muster-${randomUUID()}`;
  const credential = new StorageSharedKeyCredential(server.account, server.accountKey);
  // The library hands on what its own type leaves out.
  const trust: object = server.ca === undefined ? {} : { tlsOptions: { ca: readFileSync(server.ca, 'utf8') } };
  const client = new ContainerClient(`${server.endpoint}/${name}`, credential, trust);
  const options = optionsFor(server, name);
  await client.create();
  return { name, client, options, open: (changes = {}) => openAzureStore({ ...options, ...changes }) };
}

export function optionsFor({ account, accountKey, endpoint, ca }: Azurite, container: string): AzureStoreOptions {
  return { account, container, prefix: '', endpoint, ca, accessTier: undefined, credentials: { accountKey } };
}

/** Names of blobs that have blocks but were never put together, and of all others that are no objects. */
export async function unfinishedIn({ client }: TestContainer): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name, properties } of client.listBlobsFlat({ includeUncommitedBlobs: true }))
    if (properties.contentLength === 0 && properties.contentMD5 === undefined) names.push(name);
  return names;
}
