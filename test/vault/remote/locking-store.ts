import { MusterError } from '../../../src/base/error.ts';
import type { Instant } from '../../../src/base/clock.ts';
import { isLockable, lockSpan } from '../../../src/storage/lock-span.ts';
import type { ObjectLocks, ObjectStore, StoreFacts } from '../../../src/storage/store.ts';
import { type LockMemory, rememberLocks } from '../../../src/storage/wrap/remember-locks.ts';
import { SlowStore } from '../../storage/slow-store.ts';

const immutable = { mode: 'compliance', for: 30 * 86_400_000 } as const;

/** A store in memory that locks what is written, with a clock of its own. */
export class LockingStore extends SlowStore {
  readonly ends = new Map<string, Instant>();
  /** Of the host, and how far the clock of the store is ahead. */
  now = Date.now();
  skew = 0;
  override readonly facts: StoreFacts = { ...new SlowStore().facts, immutable };
  readonly locks: ObjectLocks = {
    lockedUntil: (name) => this.ask({ kind: 'locked', name }, () => this.ends.get(name)),
    extend: (name, until) =>
      this.ask({ kind: 'locked', name }, () => {
        if (!this.objects.has(name)) throw new MusterError(`no ${name}`, { code: 'object-missing' });
        this.ends.set(name, Math.max(until, this.ends.get(name) ?? 0));
      }),
  };

  override async put(name: string, bytes: Uint8Array): Promise<void> {
    await super.put(name, bytes);
    this.objects.set(name, { bytes: Buffer.from(bytes), modifiedAt: this.now + this.skew });
    if (isLockable(name)) this.ends.set(name, this.now + lockSpan(immutable));
  }

  override async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    const isNew = !this.objects.has(name);
    if (isNew) await this.put(name, bytes);
    return isNew;
  }

  override async remove(name: string): Promise<void> {
    if ((this.ends.get(name) ?? 0) > this.now) throw new MusterError(`${name} is locked`, { code: 'object-locked' });
    await super.remove(name);
    this.ends.delete(name);
  }

  /** As the app uses it: locks are remembered. */
  remembering(): ObjectStore {
    const known = new Map<string, Instant>();
    const memory: LockMemory = {
      until: (name) => known.get(name),
      note: (name, until) => void (until === undefined ? known.delete(name) : known.set(name, until)),
    };
    return rememberLocks(this, memory, () => this.now);
  }

  /** How many requests there were about locks. */
  get asked(): number {
    return this.requests.filter(({ kind }) => kind === 'locked').length;
  }
}
