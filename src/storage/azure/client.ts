import type { Agent } from 'node:http';
import {
  AnonymousCredential,
  ContainerClient,
  newPipeline,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { AzureStoreOptions } from './options.ts';
import { createAgent } from '../http/agent.ts';

export const defaultConnections = 8;

export interface AzureClient {
  readonly container: ContainerClient;
  readonly agent: Agent;
}

/** A client that makes each request once. */
export async function createClient(options: AzureStoreOptions): Promise<AzureClient> {
  const { container, credentials, connections = defaultConnections } = options;
  const url = serviceOf(options);
  // Parts of large objects go beside the requests that the plan allows.
  const agent = createAgent({ url, ca: options.ca, connections: connections * 2 });
  const sas = credentials && 'sas' in credentials ? `?${credentials.sas.trim().replace(/^\?/, '')}` : '';
  const pipeline = newPipeline(await credentialOf(options), pipelineOptions(agent));
  return { container: new ContainerClient(`${url}/${container}${sas}`, pipeline), agent };
}

/** Without `/` at its end. */
export function serviceOf({ endpoint, account }: Pick<AzureStoreOptions, 'endpoint' | 'account'>): string {
  return endpoint?.replace(/\/+$/, '') ?? `https://${account}.blob.core.windows.net`;
}

async function credentialOf({ credentials, account }: AzureStoreOptions): Promise<Parameters<typeof newPipeline>[0]> {
  if (credentials === undefined) {
    // It takes a third of a second to load, and most targets have credentials of their own.
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new DefaultAzureCredential();
  }
  if ('sas' in credentials) return new AnonymousCredential();
  return new StorageSharedKeyCredential(account, credentials.accountKey.trim());
}

/** The library hands on what its own type leaves out: an agent goes before its own ones, and before its proxies. */
function pipelineOptions(agent: Agent): StoragePipelineOptions & { readonly agent: Agent } {
  return { agent, retryOptions: { maxTries: 1 } };
}
