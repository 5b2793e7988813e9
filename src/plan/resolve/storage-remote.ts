import { posix } from 'node:path';
import type { RestStorage, S3Encryption, S3Storage, SftpStorage, StorageCommon } from '../model/storage.ts';
import { quote } from '../quote.ts';
import { child, type Entry, type Node } from '../read/node.ts';
import type { Scope } from './scope.ts';
import { secretOf, urlOf } from './secret.ts';
import { authoredText, flagOf, numberOf, pathOf, textOf, wordOf } from './values.ts';

export function s3Of(entry: Entry, common: StorageCommon, scope: Scope): S3Storage {
  const { value, name } = entry;
  const endpoint = serverOf(entry, 'endpoint', scope);
  const bucket = textOf(child(value, 'bucket')) ?? '';
  const prefix = prefixOf(child(value, 'prefix'), scope);
  noteBucket({ name, bucket, prefix, endpoint }, value, scope);
  const storageClass = textOf(child(value, 'storageClass'));
  return {
    ...common,
    type: 's3',
    bucket,
    prefix,
    endpoint,
    region: textOf(child(value, 'region')),
    pathStyle: flagOf(child(value, 'pathStyle')) ?? endpoint !== undefined,
    ca: pathOf(child(value, 'ca'), scope),
    storageClass,
    thaw: thawOf(child(value, 'thaw'), storageClass, scope),
    encryption: encryptionOf(child(value, 'encryption'), scope),
    credentials: credentialsOf(child(value, 'credentials'), scope),
  };
}

function noteBucket(
  { name, bucket, prefix, endpoint }: Pick<S3Storage, 'name' | 'bucket' | 'prefix' | 'endpoint'>,
  value: Node,
  scope: Scope,
): void {
  const at = child(value, 'bucket');
  if (at === undefined || bucket === '' || (endpoint === undefined && child(value, 'endpoint'))) return;
  scope.places.vaults.push({ name, path: posix.join(`s3:${hostOf(endpoint)}`, bucket, prefix), at });
}

function thawOf(node: Node | undefined, storageClass: string | undefined, { problems }: Scope): S3Storage['thaw'] {
  const speed = child(node, 'tier');
  const tier = wordOf(speed, ['expedited', 'standard', 'bulk']) ?? 'standard';
  if (speed && tier === 'expedited' && storageClass === 'DEEP_ARCHIVE') {
    const message = `${quote('DEEP_ARCHIVE')} can't be thawed ${quote('expedited')}`;
    problems.error({ code: 'bad-value', at: speed, message, hint: 'Choose `standard` or `bulk`.' });
  }
  return { tier, days: numberOf(child(node, 'days')) ?? 7 };
}

function encryptionOf(node: Node | undefined, scope: Scope): S3Encryption | undefined {
  const word = textOf(node);
  if (word !== undefined) return word === 'kms' ? { kind: 'kms', key: undefined } : { kind: 'server' };
  const key = secretOf(child(node, 'customer'), scope);
  if (key !== undefined) return { kind: 'customer', key };
  const kms = textOf(child(node, 'kms'));
  return kms === undefined ? undefined : { kind: 'kms', key: kms };
}

function credentialsOf(node: Node | undefined, scope: Scope): S3Storage['credentials'] {
  const accessKeyId = secretOf(child(node, 'accessKeyId'), scope);
  const secretAccessKey = secretOf(child(node, 'secretAccessKey'), scope);
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: secretOf(child(node, 'sessionToken'), scope) };
}

export function sftpOf({ value, name }: Entry, common: StorageCommon, scope: Scope): SftpStorage {
  const host = textOf(child(value, 'host')) ?? '';
  const port = numberOf(child(value, 'port')) ?? 22;
  const user = textOf(child(value, 'user')) ?? '';
  const path = remotePathOf(child(value, 'path'), scope);
  noteFolder({ name, host, port, user, path }, value, scope);
  return {
    ...common,
    type: 'sftp',
    host,
    port,
    user,
    path,
    identity: pathOf(child(value, 'identity'), scope),
    passphrase: secretOf(child(value, 'passphrase'), scope),
    hostKey: hostKeyOf(child(value, 'hostKey'), scope),
    knownHosts: pathOf(child(value, 'knownHosts'), scope),
  };
}

/** A relative path is another one for each user. */
function noteFolder(
  { name, host, port, user, path }: Pick<SftpStorage, 'name' | 'host' | 'port' | 'user' | 'path'>,
  value: Node,
  scope: Scope,
): void {
  const at = child(value, 'path');
  if (at === undefined || host === '') return;
  scope.places.vaults.push({
    name,
    path: posix.join(`sftp:${host}:${port}`, path.startsWith('/') ? '' : user, path),
    at,
  });
}

export function restOf(entry: Entry, common: StorageCommon, scope: Scope): RestStorage {
  const { value, name } = entry;
  const url = serverOf(entry, 'url', scope) ?? '';
  const node = child(value, 'url');
  if (node && url !== '') scope.places.vaults.push({ name, path: posix.join('rest:', placeOf(url)), at: node });
  return {
    ...common,
    type: 'rest',
    url,
    user: textOf(child(value, 'user')),
    password: secretOf(child(value, 'password'), scope),
    appendOnly: flagOf(child(value, 'appendOnly')) ?? false,
    ca: pathOf(child(value, 'ca'), scope),
  };
}

/** A URL of a server; one that is not encrypted and leads to another machine gets a warning. */
export function serverOf({ value, name }: Entry, key: 'endpoint' | 'url', scope: Scope): string | undefined {
  const node = child(value, key);
  const url = urlOf(node, ['https:', 'http:'], { scope, label: `storage.${name}.${key}` });
  if (node === undefined || typeof url !== 'string') return undefined;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname))
    scope.problems.warning({
      code: 'plain-http',
      at: node,
      message: 'the connection is not encrypted: backups are, but credentials and names can be read on the way',
      hint: 'Use `https://`.',
    });
  return url;
}

function hostOf(url: string | undefined): string {
  return url === undefined ? 'amazonaws.com' : new URL(url).host;
}

export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname.replace(/\/+$/, '')}`;
}

/** Without `/` at its ends; its parts are those of object names. */
export function prefixOf(node: Node | undefined, { problems }: Scope): string {
  const prefix = (textOf(node) ?? '').replaceAll(/^\/+|\/+$/g, '');
  if (node && prefix !== '' && !/^[\w.=+@-]+(?:\/[\w.=+@-]+)*$/.test(prefix)) {
    const message = `${quote(authoredText(node))} can't be what names begin with`;
    problems.error({
      code: 'bad-path',
      at: node,
      message,
      hint: 'Use letters, digits and `._=+@-`, in parts joined by `/`.',
    });
  }
  return prefix;
}

/** Of another machine, so that it is relative to no file of this one. */
function remotePathOf(node: Node | undefined, { problems }: Scope): string {
  const path = textOf(node) ?? '';
  if (node === undefined || (path.trim() !== '' && !/^~(?:\/|$)|[\0\r\n]/.test(path))) return path;
  const message = path.trim() === '' ? 'the path is empty' : `${quote(authoredText(node))} is not a path`;
  problems.error({
    code: 'bad-path',
    at: node,
    message,
    hint: 'Write the path out: `/srv/muster`, or `muster` below the home of the user.',
  });
  return path;
}

function hostKeyOf(node: Node | undefined, { problems }: Scope): string | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined || /^SHA256:[A-Za-z0-9+/]{43}=?$/.test(text)) return text;
  const message = 'this is not the fingerprint of a host key';
  problems.error({
    code: 'bad-value',
    at: node,
    message,
    hint: 'Write it as `ssh-keygen -l` prints it: `SHA256:` and 43 characters.',
  });
  return text;
}
