import type { Clock, Instant } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import type { JsonObjects } from '../format/objects.ts';
import { objectName } from '../format/names.ts';
import type { Id, RepositoryLock } from '../repository.ts';
import type { LockKind } from './conflict.ts';
import { refuseConflict } from './conflict.ts';
import { giveUpLock } from './given-up.ts';
import { heedHangUp, ignoreHangUp } from './hang-up.ts';
import type { LockHolder } from './lock-file.ts';
import { encodeLock } from './lock-file.ts';
import { refreshInterval, staleAge } from './stale.ts';

export interface LockRequest {
  readonly objects: JsonObjects;
  readonly clock: Clock;
  readonly holder: LockHolder;
  readonly kind: LockKind;
  /** Done as soon as the lock is there, while it is made sure that no other forbids it. */
  readonly meanwhile?: (() => Promise<void>) | undefined;
}

/** A lock that can be asked, before the one write that must not happen without it. */
export interface CheckedLock extends RepositoryLock {
  /** Throws `lock-lost` unless it is still there. */
  check(): Promise<void>;
}

/** How often the holder looks whether its lock is still there. */
const checkInterval = 60_000;

/** Lists, creates, lists again: of two that create at once, the one that lists last sees the other. Throws `vault-locked`. */
export async function takeLock(request: LockRequest): Promise<CheckedLock> {
  const { objects, clock, kind } = request;
  await refuseConflict({ objects, kind, own: undefined, now: clock.now() });
  const lock = new HeldLock(request);
  ignoreHangUp();
  try {
    await lock.create();
    await both(refuseConflict({ objects, kind, own: lock.id, now: clock.now() }), request.meanwhile?.());
  } catch (error) {
    await lock.release();
    throw error;
  }
  lock.keep();
  return lock;
}

/** Both are over when it settles. The fault of the first counts more. */
async function both(first: Promise<void>, second: Promise<void> | undefined): Promise<void> {
  const settled = await Promise.allSettled([first, second]);
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
}

class HeldLock implements CheckedLock {
  id: Id | undefined;
  readonly #request: LockRequest;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  #keeping: Promise<void> = Promise.resolve();
  #renewedAt: Instant = 0;
  #ended = false;

  constructor(request: LockRequest) {
    this.#request = request;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async create(): Promise<Id> {
    const { objects, clock, holder, kind } = this.#request;
    const time = clock.now();
    const json = encodeLock({ time, exclusive: kind === 'exclusive', holder });
    const id = await objects.save('locks', Buffer.from(json));
    this.id = id;
    this.#renewedAt = time;
    return id;
  }

  keep(): void {
    this.#keeping = this.#keepFresh();
  }

  async check(): Promise<void> {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
    const { id } = this;
    // A lock that was renewed meanwhile is there under another name.
    if (id === undefined || (!(await this.#exists(id)) && id === this.id)) throw this.#lose('it was removed');
  }

  async release(): Promise<void> {
    this.#released.abort();
    await this.#keeping;
    const { id } = this;
    this.id = undefined;
    try {
      if (id !== undefined) await giveUpLock(this.#request.objects, id);
    } finally {
      if (!this.#ended) heedHangUp();
      this.#ended = true;
    }
  }

  async #keepFresh(): Promise<void> {
    const { clock } = this.#request;
    while (!this.#released.signal.aborted && !this.#lost.signal.aborted) {
      const slept = clock.sleep(checkInterval, this.#released.signal);
      if (!(await slept.then(yes, no))) return;
      await this.#renew().catch((error: unknown) => this.#bear(error));
    }
  }

  /** A store that doesn't answer for a while is borne, as long as nobody may think that the lock is stale. */
  #bear(error: unknown): void {
    const age = this.#request.clock.now() - this.#renewedAt;
    if (age > staleAge - refreshInterval) this.#lose('it could not be renewed in time', error);
  }

  async #renew(): Promise<void> {
    await this.check();
    const age = this.#request.clock.now() - this.#renewedAt;
    if (age >= 0 && age < refreshInterval) return;
    const old = this.id;
    if (old === undefined) return;
    await this.create();
    // After a long pause another may have removed it as stale. Whoever did so sees the new one, or is seen here.
    if (age > refreshInterval * 2 && !(await this.#exists(old))) this.#lose('it was removed as stale');
    await giveUpLock(this.#request.objects, old);
  }

  async #exists(id: Id): Promise<boolean> {
    const { objects } = this.#request;
    return (await objects.store.size(objectName('locks', id))) !== undefined;
  }

  #lose(reason: string, cause?: unknown): MusterError {
    const store = this.#request.objects.store.description;
    const error = new MusterError(`the lock on the vault in ${store} is lost: ${reason}`, {
      code: 'lock-lost',
      hint: 'Run it again; make sure that nobody removes locks of running processes.',
      retryable: true,
      cause,
    });
    this.#lost.abort(error);
    return error;
  }
}

function yes(): boolean {
  return true;
}

function no(): boolean {
  return false;
}
