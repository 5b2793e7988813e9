import { posix } from 'node:path';
import type { AzureStorage, GcsStorage, StorageCommon } from '../model/storage.ts';
import { quote } from '../quote.ts';
import { child, type Entry, type Node } from '../read/node.ts';
import type { Scope } from './scope.ts';
import { secretOf } from './secret.ts';
import { placeOf, prefixOf, serverOf } from './storage-remote.ts';
import { authoredText, pathOf, textOf, wordOf } from './values.ts';

export function azureOf(entry: Entry, common: StorageCommon, scope: Scope): AzureStorage {
  const { value, name } = entry;
  const account = accountOf(child(value, 'account'), scope);
  const container = containerOf(child(value, 'container'), scope);
  const prefix = prefixOf(child(value, 'prefix'), scope);
  const endpoint = serverOf(entry, 'endpoint', scope);
  checkPlain(child(value, 'endpoint'), endpoint, scope);
  const server = endpoint === undefined ? `${account}.blob.core.windows.net` : placeOf(endpoint);
  notePlace({ name, path: posix.join(`azure:${server}`, container, prefix) }, child(value, 'container'), scope);
  return {
    ...common,
    type: 'azure',
    account,
    container,
    prefix,
    endpoint,
    ca: pathOf(child(value, 'ca'), scope),
    accessTier: wordOf(child(value, 'accessTier'), ['hot', 'cool', 'cold']),
    credentials: credentialsOf(child(value, 'credentials'), scope),
  };
}

/** Azure's tools print addresses with a signature in them. */
function checkPlain(node: Node | undefined, endpoint: string | undefined, { problems }: Scope): void {
  if (node === undefined || endpoint === undefined || new URL(endpoint).search === '') return;
  const message =
    'the address holds more than the server and a path: a signature in it would be a secret in plain text';
  const hint = 'End it before the `?`, and keep a signature elsewhere: `credentials: { sas: { env: NAME } }`.';
  problems.error({ code: 'plain-text-secret', at: node, message, hint });
}

function credentialsOf(node: Node | undefined, scope: Scope): AzureStorage['credentials'] {
  const [accountKey, sas] = [secretOf(child(node, 'accountKey'), scope), secretOf(child(node, 'sas'), scope)];
  if (accountKey !== undefined) return { accountKey };
  return sas === undefined ? undefined : { sas };
}

export function gcsOf(entry: Entry, common: StorageCommon, scope: Scope): GcsStorage {
  const { value, name } = entry;
  const bucket = bucketOf(child(value, 'bucket'), scope);
  const prefix = prefixOf(child(value, 'prefix'), scope);
  const endpoint = serverOf(entry, 'endpoint', scope);
  const server = endpoint === undefined ? 'storage.googleapis.com' : placeOf(endpoint);
  notePlace({ name, path: posix.join(`gcs:${server}`, bucket, prefix) }, child(value, 'bucket'), scope);
  return {
    ...common,
    type: 'gcs',
    bucket,
    prefix,
    endpoint,
    ca: pathOf(child(value, 'ca'), scope),
    storageClass: textOf(child(value, 'storageClass')),
    credentials: secretOf(child(value, 'credentials'), scope),
  };
}

function notePlace(
  { name, path }: { readonly name: string; readonly path: string },
  at: Node | undefined,
  { places }: Scope,
): void {
  if (at && textOf(at) !== undefined) places.vaults.push({ name, path, at });
}

/** It becomes part of the name of a host. */
function accountOf(node: Node | undefined, scope: Scope): string {
  return shaped(node, scope, {
    shape: /^[a-z0-9]{3,24}$/,
    what: 'the name of a storage account',
    hint: 'Use 3 to 24 small letters and digits.',
  });
}

/** As Azure names containers; `$root` and `$web` are its own. */
function containerOf(node: Node | undefined, scope: Scope): string {
  return shaped(node, scope, {
    shape: /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    what: 'the name of a container',
    hint: 'Use 3 to 63 small letters, digits and single hyphens.',
  });
}

/** As Google names buckets. */
function bucketOf(node: Node | undefined, scope: Scope): string {
  return shaped(node, scope, {
    shape: /^(?=.{3,222}$)[a-z0-9][a-z0-9._-]*[a-z0-9]$/,
    what: 'the name of a bucket',
    hint: 'Use small letters, digits, hyphens, dots and underscores; begin and end with a letter or digit.',
  });
}

function shaped(
  node: Node | undefined,
  { problems }: Scope,
  { shape, what, hint }: { readonly shape: RegExp; readonly what: string; readonly hint: string },
): string {
  const text = textOf(node) ?? '';
  if (node && !shape.test(text)) {
    const message = `${quote(authoredText(node))} can't be ${what}`;
    problems.error({ code: 'bad-value', at: node, message, hint });
  }
  return text;
}
