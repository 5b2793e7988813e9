import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { ResolveSecret } from '../base/secret.ts';
import type { S3Encryption, Storage } from '../plan/model/storage.ts';
import type { AzureStoreOptions } from '../storage/azure/options.ts';
import type { S3StoreOptions } from '../storage/s3/options.ts';
import type { ObjectStore } from '../storage/store.ts';

export interface StoreNeeds {
  /** Credentials are looked up when a store is opened, and go nowhere else. */
  readonly resolveSecret: ResolveSecret;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

type Kind = Storage['type'];
type StorageOf<K extends Kind> = Extract<Storage, { readonly type: K }>;
type Opener<K extends Kind> = (storage: StorageOf<K>, needs: StoreNeeds) => Promise<ObjectStore>;

/** Opens the object store of a storage target as it is; libraries are loaded for the kind that is asked for. */
export async function openPlainStore(storage: Storage, needs: StoreNeeds): Promise<ObjectStore> {
  // The opener is that of the very kind.
  return await (openers[storage.type] as Opener<Kind>)(storage, needs);
}

/** A kind without an implementation does not compile. */
const openers: { readonly [K in Kind]: Opener<K> } = {
  local: async ({ path, appendOnly }) => {
    const { openLocalStore } = await import('../storage/local.ts');
    return openLocalStore({ folder: path, appendOnly });
  },
  s3: async (storage, needs) => {
    const { openS3Store } = await import('../storage/s3.ts');
    const { credentials, encryption } = await s3Secrets(storage, needs);
    return await openS3Store({ ...storage, credentials, encryption, now: () => needs.clock.now() });
  },
  sftp: async (storage, { resolveSecret, env }) => {
    const { openSftpStore } = await import('../storage/sftp.ts');
    const { passphrase, knownHosts = join(homedir(), '.ssh/known_hosts') } = storage;
    const agent = env['SSH_AUTH_SOCK'];
    return openSftpStore({
      ...storage,
      knownHosts,
      agent,
      passphrase: passphrase && (await resolveSecret(passphrase)),
    });
  },
  rest: async (storage, { resolveSecret }) => {
    const { openRestStore } = await import('../storage/rest.ts');
    const { password } = storage;
    return openRestStore({ ...storage, password: password && (await resolveSecret(password)) });
  },
  azure: async (storage, needs) => {
    const { openAzureStore } = await import('../storage/azure.ts');
    return await openAzureStore({ ...storage, credentials: await azureSecrets(storage, needs) });
  },
  gcs: async (storage, { resolveSecret }) => {
    const { openGcsStore } = await import('../storage/gcs.ts');
    const { credentials } = storage;
    return await openGcsStore({ ...storage, credentials: credentials && (await resolveSecret(credentials)) });
  },
};

async function s3Secrets(
  { credentials, encryption }: StorageOf<'s3'>,
  { resolveSecret }: StoreNeeds,
): Promise<Pick<S3StoreOptions, 'credentials' | 'encryption'>> {
  return {
    credentials: credentials && {
      accessKeyId: await resolveSecret(credentials.accessKeyId),
      secretAccessKey: await resolveSecret(credentials.secretAccessKey),
      sessionToken: credentials.sessionToken && (await resolveSecret(credentials.sessionToken)),
    },
    encryption: await encryptionWith(encryption, resolveSecret),
  };
}

async function encryptionWith(
  encryption: S3Encryption | undefined,
  resolveSecret: ResolveSecret,
): Promise<S3StoreOptions['encryption']> {
  if (encryption?.kind !== 'customer') return encryption;
  return { ...encryption, key: await resolveSecret(encryption.key) };
}

async function azureSecrets(
  { credentials }: StorageOf<'azure'>,
  { resolveSecret }: StoreNeeds,
): Promise<AzureStoreOptions['credentials']> {
  if (credentials === undefined) return undefined;
  if ('sas' in credentials) return { sas: await resolveSecret(credentials.sas) };
  return { accountKey: await resolveSecret(credentials.accountKey) };
}
