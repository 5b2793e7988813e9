import { randomBytes } from 'node:crypto';
import { messageOf } from '../../base/error.ts';
import type { ObjectStore, ObjectTamper, TamperKind, TamperResult } from '../store.ts';
import { contentName } from './place.ts';

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

/**
 * Attempts on objects of its own, which are put by the store as any other. One that stood an attempt serves for the next:
 * where they can't be removed again, as few as possible are left.
 */
export async function tamperWith(store: ObjectStore): Promise<TamperReport> {
  const { tamper } = store;
  if (tamper === undefined) return { store: store.description, verdict: 'unknown', attempts: [], left: [] };
  const root = `muster/check/${randomBytes(8).toString('hex')}/`;
  const attempts: TamperAttempt[] = [];
  const names = new Set<string>();
  let name: string | undefined;
  for (const kind of kinds) {
    name ??= await putVictim(store, root);
    names.add(name);
    const result = await attempt(tamper, kind, name);
    attempts.push({ kind, ...result });
    if (result.outcome !== 'refused' && result.outcome !== 'not-applicable') name = undefined;
  }
  const left: string[] = [];
  for (const one of names) if (!(await isRemoved(store, one))) left.push(one);
  await store.tidy?.(root).catch(() => undefined);
  return { store: store.description, verdict: verdictOn(attempts), attempts, left };
}

/** A piece of data where names are bound to content: locks, which anybody may remove, would prove nothing. */
async function putVictim(store: ObjectStore, root: string): Promise<string> {
  const content = randomBytes(64);
  const name = store.facts.names === 'content' ? contentName('data/', content) : contentName(root, content);
  await store.put(name, content);
  return name;
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
