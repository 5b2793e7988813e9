import { randomBytes } from 'node:crypto';
import { messageOf } from '../../base/error.ts';
import type { ObjectStore, ObjectTamper, TamperKind, TamperResult } from '../store.ts';
import { placeIn } from './place.ts';

/**
 * What somebody could do who holds the credentials. `protected`: everything that was attempted was refused, or what was
 * written stays under a lock that could not be undone. `recoverable`: it could be hidden or replaced, and an older version
 * stays that could not be destroyed. `unprotected`: it could be destroyed. `unknown`: no refusal was seen.
 */
export type TamperVerdict = 'protected' | 'recoverable' | 'unprotected' | 'unknown';

export interface TamperReport {
  /** Description of the store. */
  readonly store: string;
  readonly verdict: TamperVerdict;
  readonly attempts: readonly TamperAttempt[];
  /** Objects that could not be removed afterwards, which is what protection means. */
  readonly left: readonly string[];
}

export interface TamperAttempt extends TamperResult {
  readonly kind: TamperKind;
}

const kinds: readonly TamperKind[] = ['remove', 'overwrite', 'shorten-lock', 'lift-lock', 'destroy', 'back-date'];

/** Attempts each on an object of its own, which is put by the store as any other. */
export async function tamperWith(store: ObjectStore): Promise<TamperReport> {
  const { tamper } = store;
  if (tamper === undefined) return { store: store.description, verdict: 'unknown', attempts: [], left: [] };
  const place = placeIn(store, randomBytes(8).toString('hex'));
  const attempts: TamperAttempt[] = [];
  const left: string[] = [];
  for (const [number, kind] of kinds.entries()) {
    const content = randomBytes(64);
    const name = place.nameOf(place.prefixOf(number), kind, content);
    await store.put(name, content);
    attempts.push({ kind, ...(await attempt(tamper, kind, name)) });
    if (!(await isRemoved(store, name))) left.push(name);
  }
  if (place.root !== undefined) await store.tidy?.(place.root).catch(() => undefined);
  return { store: store.description, verdict: verdictOn(attempts), attempts, left };
}

async function attempt(tamper: ObjectTamper, kind: TamperKind, name: string): Promise<TamperResult> {
  try {
    return await tamper.attempt(kind, name);
  } catch (error) {
    return { outcome: 'unknown', detail: messageOf(error) };
  }
}

async function isRemoved(store: ObjectStore, name: string): Promise<boolean> {
  try {
    await store.remove(name);
    return true;
  } catch {
    return false;
  }
}

/** Only what a store really refused speaks for it. */
export function verdictOn(attempts: readonly TamperAttempt[]): TamperVerdict {
  const outcomes = new Set(attempts.map(({ outcome }) => outcome));
  if (outcomes.has('done')) return 'unprotected';
  const destroyed = attempts.find(({ kind }) => kind === 'destroy');
  if (outcomes.has('unknown') || destroyed?.outcome !== 'refused') return 'unknown';
  const isLocked = attempts.some(({ kind, outcome }) => kind === 'shorten-lock' && outcome === 'refused');
  return outcomes.has('hidden') && !isLocked ? 'recoverable' : 'protected';
}
