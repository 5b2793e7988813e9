import type { Storage } from '../plan/model/storage.ts';

type Kind = Storage['type'];
type StorageOf<K extends Kind> = Extract<Storage, { readonly type: K }>;

/** What restic's `-r` takes for a storage target. Credentials are no part of it: restic takes them from its environment. */
export function resticPlace(storage: Storage): string {
  // The form is that of the very kind.
  return (forms[storage.type] as (storage: Storage) => string)(storage);
}

const forms: { readonly [K in Kind]: (storage: StorageOf<K>) => string } = {
  local: ({ path }) => path,
  s3: (storage) => `s3:${s3Server(storage)}/${[storage.bucket, storage.prefix].filter(Boolean).join('/')}`,
  sftp: ({ host, port, user, path }) => `sftp://${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${path}`,
  azure: ({ container, prefix }) => `azure:${container}:/${prefix}`,
  gcs: ({ bucket, prefix }) => `gs:${bucket}:/${prefix}`,
  rest: ({ url }) => `rest:${url.endsWith('/') ? url : `${url}/`}`,
};

function s3Server({ endpoint, region }: StorageOf<'s3'>): string {
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '');
  return region === undefined ? 'https://s3.amazonaws.com' : `https://s3.${region}.amazonaws.com`;
}
