import type { Instant } from '../../base/clock.ts';
import { codeOf, MusterError } from '../../base/error.ts';
import type { IdentifiedObject, JsonObjects } from '../format/objects.ts';
import type { Id } from '../repository.ts';
import { ahead } from '../worker/ahead.ts';
import { isGivenUp } from './given-up.ts';
import type { LockFile } from './lock-file.ts';
import { decodeLock } from './lock-file.ts';
import { isStale, staleAge } from './stale.ts';

export type LockKind = 'shared' | 'exclusive';

export interface ConflictQuestion {
  readonly objects: JsonObjects;
  readonly kind: LockKind;
  /** The lock that asks, when it is there already. */
  readonly own: Id | undefined;
  readonly now: Instant;
}

/** Throws `vault-locked` when another's lock forbids one of this kind; removes stale ones on the way. */
export async function refuseConflict(question: ConflictQuestion): Promise<void> {
  const { objects } = question;
  const load = async (info: IdentifiedObject) => ({ info, lock: await readOther(question, info) });
  for await (const { info, lock } of ahead(objects.list('locks'), { load, atOnce: objects.store.facts.concurrency })) {
    if (lock === 'gone') continue;
    if (isDead(lock, info, question.now)) await removeQuietly(question.objects, info.id);
    else if (question.kind === 'exclusive' || lock === 'damaged' || lock.exclusive)
      throw locked(question.objects.store.description, lock);
  }
}

/** `gone` as well: it is the own one, or one that nobody holds any more. */
async function readOther(
  { objects, own }: ConflictQuestion,
  info: IdentifiedObject,
): Promise<LockFile | 'damaged' | 'gone'> {
  if (info.id === own) return 'gone';
  if (!isGivenUp(info.id)) return await readLock(objects, info);
  await removeQuietly(objects, info.id);
  return 'gone';
}

async function readLock(objects: JsonObjects, info: IdentifiedObject): Promise<LockFile | 'damaged' | 'gone'> {
  try {
    return decodeLock(await objects.load('locks', info.id)) ?? 'damaged';
  } catch (error) {
    if (codeOf(error) === 'object-missing') return 'gone';
    if (codeOf(error) === 'object-damaged') return 'damaged';
    throw error;
  }
}

/** One that can't be read has only its age to tell; where the store doesn't tell that either, it is taken as new. */
function isDead(lock: LockFile | 'damaged', info: IdentifiedObject, now: Instant): boolean {
  return lock === 'damaged' ? now - (info.modifiedAt ?? now) > staleAge : isStale(lock, info.modifiedAt, now);
}

/** A stale lock that can't be removed is still stale. */
async function removeQuietly(objects: JsonObjects, id: Id): Promise<void> {
  await objects.remove('locks', id).catch(() => undefined);
}

function locked(store: string, lock: LockFile | 'damaged'): MusterError {
  return new MusterError(`the vault in ${store} is locked by ${describe(lock)}`, {
    code: 'vault-locked',
    hint: 'Wait until it is done. If that process is certainly dead, remove its lock with `restic unlock --remove-all`.',
    retryable: true,
  });
}

function describe(lock: LockFile | 'damaged'): string {
  if (lock === 'damaged') return 'a lock that cannot be read';
  const { pid, username, hostname } = lock.holder;
  const use = lock.exclusive ? 'alone' : 'with others';
  return `process ${pid} of ${username || 'a user without a name'} on ${hostname} (${use}, renewed ${new Date(lock.time).toISOString()})`;
}
