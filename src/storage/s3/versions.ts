import { hash } from 'node:crypto';
import { CopyObjectCommand, type CopyObjectCommandInput, type ObjectVersion } from '@aws-sdk/client-s3';
import { MusterError } from '../../base/error.ts';
import type { Holds, ObjectVersions } from '../store.ts';
import { inMemory } from '../gathered/content.ts';
import { histories, type History, historyOf } from './history.ts';
import { keepLocked, lockEndFor, lockHeaders } from './lock.ts';
import type { S3Place } from './place.ts';
import { readObject } from './read.ts';
import { removeVersion } from './remove.ts';
import { upload } from './upload.ts';

/** In a bucket without versions nothing was ever changed, and nothing can be brought back. */
export function objectVersions(place: S3Place): ObjectVersions {
  return {
    changed: (prefix) => changed(place, prefix),
    restore: (name) => restore(place, name),
    first: async (name) => {
      const { VersionId } = await firstOf(place, name);
      return await readObject(place, { name, version: VersionId });
    },
    hide: (name) => removeVersion(place, { name }),
  };
}

interface Changed {
  readonly name: string;
  readonly change: 'removed' | 'replaced';
}

async function* changed(place: S3Place, prefix: string): AsyncGenerator<Changed> {
  for await (const history of histories(place, place.keyPrefixOf(prefix))) {
    const change = await changeOf(place, history);
    if (change) yield { name: place.nameOf(history.key), change };
  }
}

async function changeOf(place: S3Place, { key, versions, removed }: History): Promise<Changed['change'] | undefined> {
  const [newest, first] = [versions[0], versions.at(-1)];
  if (!newest || !first) return undefined;
  if (removed) return 'removed';
  return (await areAlike(place, place.nameOf(key), [newest, first])) ? undefined : 'replaced';
}

/** The server's tag is a hash of the content, unless it came in parts or is encrypted: then both are read. */
async function areAlike(
  place: S3Place,
  name: string,
  [one, other]: readonly [ObjectVersion, ObjectVersion],
): Promise<boolean> {
  if (one.VersionId === other.VersionId || (one.ETag === other.ETag && one.Size === other.Size)) return true;
  if (one.Size !== other.Size) return false;
  const hashes = [one, other].map(async ({ VersionId }) =>
    hash('sha256', await readObject(place, { name, version: VersionId })),
  );
  const [first, second] = await Promise.all(hashes);
  return first === second;
}

/** Where it was only removed, the marks of that go; where it was replaced, the first version is copied over the others. */
async function restore(place: S3Place, name: string): Promise<void> {
  const history = await historyOf(place, name);
  const first = history.versions.at(-1);
  if (!first) return nothingKept(place, name);
  if (history.versions.length > 1) return await copyOver(place, name, first);
  for (const version of history.removals) await removeVersion(place, { name, version });
}

async function copyOver(place: S3Place, name: string, first: ObjectVersion): Promise<void> {
  const until = lockEndFor(place, name);
  const kept = { ...place.written(name, holdsOf(first)), ...lockHeaders(place, until) };
  const request = { ...kept, ...sourceOf(place, name, first) };
  const copied = await place.askOr('restore', name, {
    request: (client) => client.send(new CopyObjectCommand(request)),
    // radosgw copies nothing that is encrypted.
    expected: ({ status }) => (status === 501 ? ('unable' as const) : undefined),
  });
  if (copied === 'unable') return await sendAgain(place, name, first);
  await keepLocked(place, { name, version: copied.VersionId, size: first.Size ?? 0, until });
}

function sourceOf(
  place: S3Place,
  name: string,
  { VersionId = 'null' }: ObjectVersion,
): Pick<CopyObjectCommandInput, 'CopySourceSSECustomerKey'> & { readonly CopySource: string } {
  const path = `${place.bucket}/${place.keyOf(name)}`.split('/').map(encodeURIComponent).join('/');
  return { ...place.customerKeyOfSource(), CopySource: `${path}?versionId=${encodeURIComponent(VersionId)}` };
}

async function sendAgain(place: S3Place, name: string, first: ObjectVersion): Promise<void> {
  const bytes = await readObject(place, { name, version: first.VersionId });
  await upload(place, { name, content: inMemory([bytes]), holds: holdsOf(first), where: 'anywhere' });
}

/** What was in no other class than usual is to be readable at once again. */
function holdsOf({ StorageClass }: ObjectVersion): Holds {
  return StorageClass === 'STANDARD' ? 'folders' : 'content';
}

async function firstOf(place: S3Place, name: string): Promise<ObjectVersion> {
  const { versions } = await historyOf(place, name);
  return versions.at(-1) ?? nothingKept(place, name);
}

function nothingKept(place: S3Place, name: string): never {
  throw new MusterError(`${place.description} has no version of ${name}`, {
    code: 'object-missing',
    hint: 'Use another copy.',
  });
}
