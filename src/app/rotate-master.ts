import { MusterError } from '../base/error.ts';
import type { Storage } from '../plan/model/storage.ts';
import { keyToTry, withFirstKey } from './plan-keys.ts';
import { writeRescue } from './rescue.ts';
import { sealCatalogs } from './sealed/keep.ts';
import type { State } from './state.ts';
import { chosenStorage, isEmpty } from './stores.ts';

export interface RotateMasterRequest {
  /** Only in this target; undefined: in every one. */
  readonly storage?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Snapshots of a target whose content has been copied. */
  readonly onProgress?: ((storage: string, done: number, total: number) => void) | undefined;
}

/** What became of one storage target. */
export interface MasterRotation {
  readonly storage: string;
  /** `no-vault`: there is none yet. */
  readonly status: 'rotated' | 'no-vault';
  readonly snapshots: number;
  /** Folder of the old generation; empty where there is none. */
  readonly previous: string;
  /** Files beside the vault's own that stayed with the old generation. */
  readonly left: readonly string[];
}

/**
 * Encrypts vaults anew under new master keys, one after the other, each with a slot for every key of the plan; the catalog then
 * knows the snapshots by their new names. The first fault is thrown; called again, it goes on where it was cut off.
 */
export async function rotateMasters(state: State, request: RotateMasterRequest): Promise<readonly MasterRotation[]> {
  const done: MasterRotation[] = [];
  for (const storage of chosenStorage(state.plan, request.storage)) done.push(await rotate(state, storage, request));
  await sealCatalogs(state);
  return done;
}

async function rotate(state: State, storage: Storage, request: RotateMasterRequest): Promise<MasterRotation> {
  const { name } = storage;
  const store = await state.stores.open(storage);
  if (await isEmpty(store)) return { storage: name, status: 'no-vault', snapshots: 0, previous: '', left: [] };
  const folder = folderOf(storage);
  const { finishRotation, rotateMaster } = await import('../vault/keys/rotate-master.ts');
  await state.vaults.forget(name);
  const { snapshots, previous, left } = await rotateMaster({
    folder,
    passphrase: await openingPassphrase(state, storage),
    passphrases: await allPassphrases(state, storage),
    clock: state.clock,
    signal: request.signal,
    onProgress: (copied, total) => request.onProgress?.(name, copied, total),
  });
  state.note({ type: 'vault.rotated', storage: name, previous, snapshots });
  await finishRotation(folder);
  await writeRescue(store, state.plan, name);
  const others = left.filter((each) => !ours.has(each));
  return { storage: name, status: 'rotated', snapshots: snapshots.length, previous, left: others };
}

/** A whole generation changes its place by renaming, which only a folder of this machine can do at once. */
function folderOf(storage: Storage): string {
  if (storage.type === 'local') return storage.path;
  throw new MusterError(`the master key of storage ${storage.name} can't be rotated: it is no folder of this machine`, {
    code: 'rotation-needs-folder',
    hint: 'Add a new storage target with new keys, copy the backups to it, and remove the old one.',
  });
}

/** Written anew. */
const ours: ReadonlySet<string> = new Set(['RESCUE.md', 'rescue.mjs']);

async function openingPassphrase(state: State, storage: Storage): Promise<string> {
  const { openKeyring } = await import('../vault/keys/keyring.ts');
  const store = await state.stores.open(storage);
  const { key, opened } = await withFirstKey(state.keys, storage, async ({ passphrase, firstSlot }) => {
    const ring = await openKeyring({ store, passphrase, firstSlot, clock: state.clock });
    return { passphrase, slot: ring.opened };
  });
  state.note({ type: 'key.used', storage: storage.name, key, slot: opened.slot, purpose: 'keys rotate --master' });
  return opened.passphrase;
}

/** All of them must be at hand: a key that gets no slot would open nothing any more. */
async function allPassphrases(state: State, storage: Storage): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of state.plan.keys.keys()) found.push(await passphraseOf(state, storage, key));
  return found;
}

async function passphraseOf(state: State, storage: Storage, key: string): Promise<string> {
  try {
    return (await keyToTry(state.keys, storage, key)).passphrase;
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    throw new MusterError(`the key ${key} is needed for a slot in the new vault: ${error.message}`, {
      code: error.code,
      hint: 'Make every key of the plan available for the rotation, or take the key out of the plan.',
      cause: error,
    });
  }
}
