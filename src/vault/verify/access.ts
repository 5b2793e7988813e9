import { hash } from 'node:crypto';
import type { ObjectStore } from '../../storage/store.ts';
import { codeOf, messageOf } from '../../base/error.ts';
import { openConfig } from '../format/config.ts';
import { configName, idInName } from '../format/names.ts';
import type { Sealer } from '../format/seal.ts';
import { isDamage } from '../tree/load.ts';

/** What stands in the way of who wants to open the vault: its config, and every key slot. Empty: nothing does. */
export async function faultsOfAccess(store: ObjectStore, sealer: Sealer): Promise<readonly string[]> {
  const faults: string[] = [];
  const note = async (what: string, look: () => Promise<string | undefined>): Promise<void> => {
    const fault = await look().catch(damageOrThrow);
    if (fault !== undefined) faults.push(fault.startsWith(what) ? fault : `${what}: ${fault}`);
  };
  await note(configName, async () => void openConfig(sealer, await store.get(configName)));
  const slots = await slotsIn(store);
  for (const { id, name } of slots) await note(name, async () => faultOfBytes(await store.get(name), id));
  if (slots.length === 0) faults.push('there is no key slot: no passphrase opens it');
  return faults;
}

/** Slots are clear JSON: a passphrase may still open one whose other fields were changed. */
function faultOfBytes(bytes: Buffer, id: string): string | undefined {
  return hash('sha256', bytes) === id ? undefined : 'its bytes do not fit its name';
}

async function slotsIn(store: ObjectStore): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const slots = [];
  for await (const { name } of store.list('keys/')) {
    const id = idInName('keys', name);
    if (id !== undefined) slots.push({ id, name });
  }
  return slots;
}

const damages: ReadonlySet<string> = new Set(['object-damaged', 'object-missing', 'index-damaged', 'snapshot-damaged']);

/** What is wrong with an object, in words; a store that can't be reached throws. */
export function damageOrThrow(error: unknown): string {
  if (!isDamage(error) && !damages.has(codeOf(error) ?? '')) throw error;
  return messageOf(error);
}
