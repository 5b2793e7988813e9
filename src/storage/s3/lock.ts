import { HeadObjectCommand, type HeadObjectCommandOutput, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import type { Instant } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import { isLockable, lockSpan } from '../lock-span.ts';
import type { ObjectLocks } from '../store.ts';
import type { S3Place } from './place.ts';

/** How long an object can't be removed or replaced for good; a hold of a lawyer has no end. */
export function lockEndOf(head: HeadObjectCommandOutput): Instant | undefined {
  if (head.ObjectLockLegalHoldStatus === 'ON') return Infinity;
  return head.ObjectLockRetainUntilDate?.getTime();
}

/** Until when an object that is written now is to be locked: all but the marks of who is at work, which are removed again. */
export function lockEndFor({ immutable, now }: S3Place, name: string): Date | undefined {
  if (immutable === undefined || !isLockable(name)) return undefined;
  return wholeSecond(now() + lockSpan(immutable));
}

/** Servers drop fractions; a lock must not end before it should. */
function wholeSecond(instant: Instant): Date {
  return new Date(Math.ceil(instant / 1000) * 1000);
}

export function lockHeaders(place: S3Place, until: Date | undefined): LockHeaders {
  return until === undefined ? {} : { ObjectLockMode: modeOf(place), ObjectLockRetainUntilDate: until };
}

interface LockHeaders {
  readonly ObjectLockMode?: Lock['mode'];
  readonly ObjectLockRetainUntilDate?: Date;
}

function modeOf({ immutable }: S3Place): Lock['mode'] {
  return immutable?.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE';
}

/** A version of an object; without one the newest is meant. */
export interface Version {
  readonly name: string;
  readonly version?: string | undefined;
}

/** Undefined: there is none. */
export async function headOf(place: S3Place, { name, version }: Version): Promise<HeadObjectCommandOutput | undefined> {
  const answer = await place.askOr('look at', name, {
    request: (client) => client.send(new HeadObjectCommand({ ...place.readable(name), VersionId: version })),
    // 405: what is looked at is the mark of a removal.
    expected: ({ status }) => (status === 404 || status === 405 ? ('none' as const) : undefined),
  });
  return answer === 'none' ? undefined : answer;
}

/**
 * Reads back what was written: its size, and its lock where one is wanted. Some servers leave the lock out of objects that
 * came in parts, so it is set again then. Throws `storage-refused` when the server doesn't keep it.
 */
export async function keepLocked(
  place: S3Place,
  stored: Version & { readonly size: number; readonly until: Date | undefined },
): Promise<void> {
  const { until, name, size } = stored;
  if (until === undefined) return;
  const head = await headOf(place, stored);
  if (head?.ContentLength !== size) throw notKept(place, name, `${size} bytes were sent, and are not there`);
  const wanted = { mode: modeOf(place), until };
  if (!isLocked(head, wanted)) await lock(place, { ...stored, ...wanted });
}

interface Lock {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly until: Date;
}

/** Sets it and reads it back. */
async function lock(place: S3Place, { name, version, ...wanted }: Version & Lock): Promise<void> {
  const retention = { Mode: wanted.mode, RetainUntilDate: wanted.until };
  const request = { ...place.objectOf(name), VersionId: version, Retention: retention };
  await place.ask('lock', name, (client) => client.send(new PutObjectRetentionCommand(request)));
  const head = await headOf(place, { name, version });
  if (head && isLocked(head, wanted)) return;
  throw notKept(
    place,
    name,
    `it is not locked until ${wanted.until.toISOString()}, although the server was asked for that`,
  );
}

function isLocked(head: HeadObjectCommandOutput, { mode, until }: Lock): boolean {
  const { ObjectLockRetainUntilDate: end, ObjectLockMode } = head;
  return end !== undefined && end >= until && (mode === 'GOVERNANCE' || ObjectLockMode === mode);
}

function notKept(place: S3Place, name: string, what: string): MusterError {
  return new MusterError(`cannot keep ${name} safe in ${place.description}: ${what}`, {
    code: 'storage-refused',
    hint: 'Check that these credentials have s3:GetObjectRetention, and that the server keeps Object Lock; else leave out `immutable`.',
  });
}

/** A lock is never shortened; one that is there already and lasts is left as it is. */
export function objectLocks(place: S3Place): ObjectLocks {
  return {
    lockedUntil: async (name) => {
      const end = lockEndOf(await existing(place, name));
      return end !== undefined && end > place.now() ? end : undefined;
    },
    extend: async (name, until) => {
      const head = await existing(place, name);
      const end = wholeSecond(until);
      if (head.ObjectLockRetainUntilDate && head.ObjectLockRetainUntilDate >= end) return;
      const mode = head.ObjectLockMode === 'COMPLIANCE' ? 'COMPLIANCE' : modeOf(place);
      await lock(place, { name, version: head.VersionId, mode, until: end });
    },
  };
}

/** Throws `object-missing`. */
export async function existing(place: S3Place, name: string): Promise<HeadObjectCommandOutput> {
  return (await headOf(place, { name })) ?? missing(place, name);
}

function missing(place: S3Place, name: string): never {
  throw new MusterError(`${place.description} has no object ${name}`, {
    code: 'object-missing',
    hint: 'Check that this is the right storage target; else use another copy.',
  });
}
