import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { MusterError } from '../../base/error.ts';
import { historyOf } from './history.ts';
import { headOf, lockEndOf, type Version } from './lock.ts';
import type { S3Place } from './place.ts';

/**
 * Looks first: a bucket with versions accepts every removal, leaves a mark, and keeps what was locked. Where objects are
 * immutable, all that was ever stored under the name goes, for else nothing would ever be freed; elsewhere old versions
 * are for the administrator of the bucket to keep. Throws `object-locked`; nothing is removed then.
 */
export async function removeObject(place: S3Place, name: string): Promise<void> {
  if (place.immutable) await removeHistory(place, name);
  else if (await isFree(place, { name })) await removeVersion(place, { name });
}

async function removeHistory(place: S3Place, name: string): Promise<void> {
  const { versions, removals } = await historyOf(place, name);
  for (const { VersionId } of versions) await isFree(place, { name, version: VersionId });
  // The marks go last: what they hide must not be there again in between.
  for (const version of [...versions.map(({ VersionId }) => VersionId), ...removals])
    await removeVersion(place, { name, version });
}

/** False: it is gone already. */
async function isFree(place: S3Place, version: Version): Promise<boolean> {
  const head = await headOf(place, version);
  const end = head && lockEndOf(head);
  if (end !== undefined && end > place.now()) throw locked(place, version.name, end);
  return head !== undefined;
}

/** For good, where the version is told. */
export async function removeVersion(place: S3Place, { name, version }: Version): Promise<void> {
  await place.askOr('remove', name, {
    request: (client) => client.send(new DeleteObjectCommand({ ...place.objectOf(name), VersionId: version })),
    expected: ({ name }) => (name === 'NoSuchKey' || name === 'NoSuchVersion' ? 'gone' : undefined),
  });
}

function locked(place: S3Place, name: string, end: number): MusterError {
  const until = end === Infinity ? 'by a legal hold' : `until ${new Date(end).toISOString()}`;
  return new MusterError(`cannot remove ${name} in ${place.description}: it is locked ${until}`, {
    code: 'object-locked',
    hint: end === Infinity ? 'Ask whoever set the hold.' : 'Remove it after that.',
  });
}
