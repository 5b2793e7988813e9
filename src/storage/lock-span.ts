import type { Milliseconds } from '../base/clock.ts';
import type { StoreFacts } from './store.ts';

/**
 * For how long objects are locked when they are: an eighth longer than they must be, so that what each backup needs again is
 * not locked anew by every one of them, and what was written first in a long backup is locked for long enough after its end.
 */
export function lockSpan({ for: wanted }: NonNullable<StoreFacts['immutable']>): Milliseconds {
  return wanted + wanted / 8;
}

/** Marks of who is at work are removed again; everything else is locked where objects are. */
export function isLockable(name: string): boolean {
  return !name.startsWith('locks/');
}
