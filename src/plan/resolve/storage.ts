import { checkName } from '../check/names.ts';
import type { LocalStorage, Storage, StorageCommon, StoragePrice } from '../model/storage.ts';
import { child, type Entry, type Node } from '../read/node.ts';
import { namedOf, retryOf } from './common.ts';
import { referenceOf } from './references.ts';
import type { Scope } from './scope.ts';
import { immutabilityOf } from './storage-immutable.ts';
import { transferLimitOf } from './storage-limit.ts';
import { movesOf } from './storage-moves.ts';
import { azureOf, gcsOf } from './storage-cloud.ts';
import { restOf, s3Of, sftpOf } from './storage-remote.ts';
import { flagOf, numberOf, pathOf, sizeOf, textOf, wordOf } from './values.ts';

/*
 * Where the schema has found something to be missing or wrong, these put anything in its place: the plan is not handed
 * out then.
 */

export function storageOf(entry: Entry, scope: Scope): Storage {
  const type = wordOf(child(entry.value, 'type'), ['local', 's3', 'sftp', 'rest', 'azure', 'gcs']) ?? 'local';
  return kinds[type](entry, commonOf(entry, scope), scope);
}

type Kind = Storage['type'];
type Resolver<K extends Kind> = (
  entry: Entry,
  common: StorageCommon,
  scope: Scope,
) => Extract<Storage, { readonly type: K }>;

const kinds: { readonly [K in Kind]: Resolver<K> } = {
  local: localOf,
  s3: s3Of,
  sftp: sftpOf,
  rest: restOf,
  azure: azureOf,
  gcs: gcsOf,
};

function localOf({ name, value }: Entry, common: StorageCommon, scope: Scope): LocalStorage {
  const node = child(value, 'path');
  const path = pathOf(node, scope);
  if (node && path !== undefined) scope.places.vaults.push({ name, path, at: node });
  return { ...common, type: 'local', path: path ?? '', appendOnly: flagOf(child(value, 'appendOnly')) ?? false };
}

function commonOf(entry: Entry, scope: Scope): StorageCommon {
  const { value } = entry;
  const retry = child(value, 'retry');
  return {
    ...namedOf(entry),
    capacity: sizeOf(child(value, 'capacity'), scope),
    location: locationOf(value, scope),
    tier: wordOf(child(value, 'tier'), ['hot', 'warm', 'cold', 'archive']),
    retention: referenceOf(child(value, 'retention'), 'retention', scope),
    limit: transferLimitOf(child(value, 'limit'), scope),
    connections: numberOf(child(value, 'connections')),
    retry: retry && retryOf(retry, scope),
    immutable: immutabilityOf(child(value, 'immutable'), scope),
    ...movesOf(entry, scope),
    price: priceOf(child(value, 'price')),
  };
}

function priceOf(node: Node | undefined): StoragePrice | undefined {
  const amount = (key: string): number => numberOf(child(node, key)) ?? 0;
  return (
    node && {
      currency: textOf(child(node, 'currency')) ?? '',
      storage: amount('storage'),
      download: amount('download'),
      requests: amount('requests'),
    }
  );
}

function locationOf(target: Entry['value'], scope: Scope): string | undefined {
  const node = child(target, 'location');
  const name = textOf(node);
  if (node && name !== undefined) checkName({ ...node, name, value: node }, scope.problems);
  return name;
}
