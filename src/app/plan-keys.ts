import { MusterError } from '../base/error.ts';
import type { ResolveSecret } from '../base/secret.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { KnownSlots } from './known-slots.ts';

export interface PlanKeys {
  readonly plan: Plan;
  readonly resolveSecret: ResolveSecret;
  readonly knownSlots: KnownSlots;
}

/** A key of the plan with its passphrase, and the slot of the vault that it opened last. */
export interface KeyToTry {
  readonly name: string;
  readonly passphrase: string;
  readonly firstSlot: string | undefined;
}

/**
 * Tries the keys of the plan in their order: the first that opens is used, so that a second one, kept elsewhere, is enough
 * when the first is lost. Throws what the only key throws, else an error that says of each why it does not open.
 */
export async function withFirstKey<T>(
  keys: PlanKeys,
  storage: Storage,
  open: (key: KeyToTry) => Promise<T>,
): Promise<{ readonly key: string; readonly opened: T }> {
  const faults: { readonly key: string; readonly error: MusterError }[] = [];
  for (const key of keys.plan.keys.keys()) {
    try {
      return { key, opened: await open(await keyToTry(keys, storage, key)) };
    } catch (error) {
      if (!(error instanceof MusterError) || !faultsOfKeys.has(error.code)) throw error;
      faults.push({ key, error });
    }
  }
  throw noneOpens(storage, faults);
}

/** What is wrong with one key and need not be wrong with the next. */
const faultsOfKeys: ReadonlySet<string> = new Set([
  'object-damaged',
  'wrong-passphrase',
  'empty-passphrase',
  'secret-unavailable',
]);

export async function keyToTry(
  { plan, resolveSecret, knownSlots }: PlanKeys,
  storage: Storage,
  name: string,
): Promise<KeyToTry> {
  const key = plan.keys.get(name);
  if (!key) throw noKey();
  return { name, passphrase: await resolveSecret(key.passphrase), firstSlot: knownSlots.of(storage.name, name) };
}

function noneOpens(
  storage: Storage,
  faults: readonly { readonly key: string; readonly error: MusterError }[],
): MusterError {
  const [first] = faults;
  if (!first) return noKey();
  if (faults.length === 1) return first.error;
  // What says most: damage, then a passphrase that does not fit, then one that could not be had.
  const worst = [...faultsOfKeys].find((code) => faults.some(({ error }) => error.code === code));
  const reasons = faults.map(({ key, error }) => `${key}: ${error.message}`).join('; ');
  return new MusterError(`no key of the plan opens the vault of storage ${storage.name}: ${reasons}`, {
    code: worst ?? first.error.code,
    hint: faults.find(({ error }) => error.code === worst)?.error.hint ?? 'Check the keys of the plan.',
  });
}

function noKey(): MusterError {
  return new MusterError('the plan has no key', { code: 'key-missing', hint: 'Define one under keys.' });
}
