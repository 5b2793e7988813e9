import { codeOf, MusterError } from '../base/error.ts';
import type { Instant } from '../base/clock.ts';
import type { Secret } from '../base/secret.ts';
import type { ErrorFacts } from '../journal/event.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { Keyring } from '../vault/keys/keyring.ts';
import { named } from './named.ts';
import { keyToTry, withFirstKey, type KeyToTry } from './plan-keys.ts';
import type { State } from './state.ts';
import { chosenStorage, isEmpty } from './stores.ts';

/** The key slots of one storage target. */
export interface StorageKeys {
  readonly storage: string;
  /** Empty where there is no vault yet. */
  readonly slots: readonly SlotLine[];
  /** Keys of the plan that could not be tried, and why. */
  readonly untried: readonly { readonly key: string; readonly reason: string }[];
  /** Keys of the plan that open nothing here. */
  readonly without: readonly string[];
  /** Why nothing is known. */
  readonly error: ErrorFacts | undefined;
}

export interface SlotLine {
  readonly id: string;
  readonly created: Instant | undefined;
  readonly username: string;
  readonly hostname: string;
  readonly damaged: boolean;
  /** Names of the plan's keys that open it. */
  readonly keys: readonly string[];
}

/** What became of the slots of one storage target. */
export interface KeyChange {
  readonly storage: string;
  /** `unchanged`: it was so already. `no-vault`: there is none yet; it gets every key of the plan when it is made. */
  readonly status: 'changed' | 'unchanged' | 'no-vault' | 'failed';
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly error: ErrorFacts | undefined;
}

export interface KeyOptions {
  /** Only in this target; undefined: in every one. */
  readonly storage?: string | undefined;
}

export async function listKeys(state: State, { storage }: KeyOptions): Promise<readonly StorageKeys[]> {
  const lists: StorageKeys[] = [];
  for (const target of chosenStorage(state.plan, storage)) lists.push(await keysOf(state, target));
  return lists;
}

async function keysOf(state: State, storage: Storage): Promise<StorageKeys> {
  const nothing = { storage: storage.name, slots: [], untried: [], without: [], error: undefined };
  try {
    if (await isEmpty(await state.stores.open(storage))) return nothing;
    const ring = await openRing(state, storage, 'keys list');
    const { opens, untried } = await keysThatOpen(state, storage, ring);
    const slots = (await ring.list()).map((slot) => ({ ...slot, keys: opens.get(slot.id) ?? [] }));
    const used = new Set([...opens.values()].flat());
    const tried = [...state.plan.keys.keys()].filter((key) => !untried.some((each) => each.key === key));
    return { ...nothing, slots, untried, without: tried.filter((key) => !used.has(key)) };
  } catch (error) {
    return { ...nothing, error: errorFacts(error) };
  }
}

/** A slot for a key of the plan in vaults that were made before the key was. Done twice it changes nothing. */
export async function addKey(
  state: State,
  { key, storage }: KeyOptions & { readonly key: string },
): Promise<readonly KeyChange[]> {
  named(state.plan.keys, key, 'key');
  return await eachVault(state, storage, async (target) => {
    const ring = await openRing(state, target, 'keys add');
    const { passphrase, firstSlot } = await keyToTry(state.keys, target, key);
    if ((await ring.opensWith(passphrase, firstSlot)).length > 0) return unchanged(target);
    return {
      ...unchanged(target),
      status: 'changed',
      added: [await addSlot(state, target, ring, { key, passphrase })],
    };
  });
}

/** `what`: a key of the plan, all of whose slots go, or the first digits of a slot's id. */
export async function removeKey(
  state: State,
  { what, storage }: KeyOptions & { readonly what: string },
): Promise<readonly KeyChange[]> {
  const key = state.plan.keys.has(what) ? what : undefined;
  return await eachVault(state, storage, async (target) => {
    const ring = await openRing(state, target, 'keys remove');
    const slots = key === undefined ? await slotsNamed(ring, what) : await slotsOfKey(state, target, ring, key);
    if (slots.length === 0) return unchanged(target);
    await refuseLockout(state, target, ring, slots);
    return { ...unchanged(target), status: 'changed', removed: await removeSlots(state, target, ring, { key, slots }) };
  });
}

/**
 * After the passphrase of a key was changed where the plan finds it: opens with the old one, makes a slot for the present one,
 * and only then removes those of the old one.
 */
export async function rotateKey(
  state: State,
  { key, old, storage }: KeyOptions & { readonly key: string; readonly old: Secret },
): Promise<readonly KeyChange[]> {
  const { passphrase: secret } = named(state.plan.keys, key, 'key');
  const [passphrase, before] = [await state.secrets.resolve(secret), await state.secrets.resolve(old)];
  if (passphrase === before) throw notNew(key);
  return await eachVault(state, storage, async (target) => {
    const ring = await openWith(state, target, { key, before, passphrase });
    const present = await ring.opensWith(passphrase);
    const added = present.length > 0 ? [] : [await addSlot(state, target, ring, { key, passphrase })];
    const slots = await ring.opensWith(before);
    const removed = await removeSlots(state, target, ring, { key, slots });
    const status = added.length + removed.length > 0 ? 'changed' : 'unchanged';
    return { ...unchanged(target), status, added, removed };
  });
}

interface Rotation {
  readonly key: string;
  readonly before: string;
  readonly passphrase: string;
}

/** With the old passphrase; with the present one where that was done before. */
async function openWith(state: State, storage: Storage, { key: name, before, passphrase }: Rotation): Promise<Keyring> {
  const open = (secret: string): Promise<Keyring> =>
    openRing(state, storage, 'keys rotate', { name, passphrase: secret, firstSlot: undefined });
  try {
    return await open(before);
  } catch (error) {
    if (codeOf(error) !== 'wrong-passphrase') throw error;
    return await open(passphrase);
  }
}

/** Opens the key slots with the first key of the plan that fits, or with the given one, and records it. */
async function openRing(state: State, storage: Storage, purpose: string, only?: KeyToTry): Promise<Keyring> {
  const { openKeyring } = await import('../vault/keys/keyring.ts');
  const store = await state.stores.open(storage);
  const open = ({ passphrase, firstSlot }: KeyToTry): Promise<Keyring> =>
    openKeyring({ store, clock: state.clock, passphrase, firstSlot });
  const { key, opened } =
    only === undefined ? await withFirstKey(state.keys, storage, open) : { key: only.name, opened: await open(only) };
  state.note({ type: 'key.used', storage: storage.name, key, slot: opened.opened, purpose });
  return opened;
}

interface Opens {
  /** Keys of the plan by slot. */
  readonly opens: ReadonlyMap<string, readonly string[]>;
  readonly untried: StorageKeys['untried'];
}

async function keysThatOpen(state: State, storage: Storage, ring: Keyring): Promise<Opens> {
  const opens = new Map<string, string[]>();
  const untried: { key: string; reason: string }[] = [];
  for (const key of state.plan.keys.keys()) {
    try {
      for (const slot of await slotsOfKey(state, storage, ring, key))
        opens.set(slot, [...(opens.get(slot) ?? []), key]);
    } catch (error) {
      untried.push({ key, reason: errorFacts(error).message });
    }
  }
  return { opens, untried };
}

async function slotsOfKey(state: State, storage: Storage, ring: Keyring, key: string): Promise<readonly string[]> {
  return await ring.opensWith((await keyToTry(state.keys, storage, key)).passphrase);
}

async function slotsNamed(ring: Keyring, id: string): Promise<readonly string[]> {
  if (!/^[0-9a-f]{4,64}$/.test(id)) throw noSlot(id);
  const found = (await ring.list()).map((slot) => slot.id).filter((slot) => slot.startsWith(id));
  if (found.length === 0) throw noSlot(id);
  if (found.length === 1) return found;
  throw new MusterError(`more than one key slot begins with ${id}`, {
    code: 'key-ambiguous',
    hint: 'Give more of the id.',
  });
}

/** After the removal a key of the plan must still open the vault. */
async function refuseLockout(state: State, storage: Storage, ring: Keyring, slots: readonly string[]): Promise<void> {
  if (!slots.includes(ring.opened)) return;
  const { opens } = await keysThatOpen(state, storage, ring);
  if ([...opens.keys()].some((slot) => !slots.includes(slot))) return;
  throw new MusterError(`without this key slot no key of the plan would open the vault of storage ${storage.name}`, {
    code: 'key-in-use',
    hint: 'Give the plan another key and add it with muster keys add first.',
  });
}

interface NewSlot {
  readonly key: string;
  readonly passphrase: string;
}

async function addSlot(state: State, { name }: Storage, ring: Keyring, { key, passphrase }: NewSlot): Promise<string> {
  const slot = await ring.add(passphrase);
  state.note({ type: 'key.added', storage: name, key, slot });
  state.knownSlots.remember(name, key, slot);
  return slot;
}

interface OldSlots {
  readonly key: string | undefined;
  readonly slots: readonly string[];
}

async function removeSlots(
  state: State,
  { name }: Storage,
  ring: Keyring,
  { key, slots }: OldSlots,
): Promise<readonly string[]> {
  for (const slot of slots) {
    await ring.remove(slot);
    state.note({ type: 'key.removed', storage: name, key, slot });
  }
  return slots;
}

/** One target that fails does not keep the others from being changed. */
async function eachVault(
  state: State,
  storage: string | undefined,
  change: (target: Storage) => Promise<KeyChange>,
): Promise<readonly KeyChange[]> {
  const changes: KeyChange[] = [];
  for (const target of chosenStorage(state.plan, storage)) {
    try {
      const empty = await isEmpty(await state.stores.open(target));
      changes.push(empty ? { ...unchanged(target), status: 'no-vault' } : await change(target));
    } catch (error) {
      changes.push({ ...unchanged(target), status: 'failed', error: errorFacts(error) });
    }
  }
  return changes;
}

function unchanged({ name }: Storage): KeyChange {
  return { storage: name, status: 'unchanged', added: [], removed: [], error: undefined };
}

function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof MusterError)) throw error;
  return { code: error.code, message: error.message, hint: error.hint };
}

function noSlot(id: string): MusterError {
  return new MusterError(`there is neither a key ${id} in the plan nor a slot whose id begins so`, {
    code: 'unknown-key',
    hint: 'muster keys list shows both.',
  });
}

function notNew(key: string): MusterError {
  return new MusterError(`the old passphrase of the key ${key} is the present one`, {
    code: 'passphrase-unchanged',
    hint: 'Change the secret that the plan names first, and keep the old one where --old-env or --old-file finds it.',
  });
}
