import { hash, randomBytes, scrypt } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import { bytesOf, countOf, objectOf, parseJson } from './json-shape.ts';
import type { MasterKey } from './master-key.ts';
import { masterKeyFromJson, masterKeyLength, masterKeyToJson, splitMasterKey } from './master-key.ts';
import { createSealer } from './seal.ts';

/** How hard a passphrase is to guess: 128 · N · r bytes of memory, N · r · p of work. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** What restic calibrates to on a machine of 2024: 32 MiB and 0.4 s for each guess. */
export const defaultCost: ScryptCost = { N: 32_768, r: 8, p: 6 };

/** A key file: the master key, wrapped with a passphrase. Clear JSON. */
export interface KeySlot {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface NewKeySlot {
  readonly master: MasterKey;
  readonly passphrase: string;
  readonly cost: ScryptCost;
  readonly username: string;
  readonly clock: Clock;
}

/** Throws `empty-passphrase`. */
export async function createKeySlot(slot: NewKeySlot): Promise<KeySlot> {
  const salt = randomBytes(64);
  const sealer = createSealer(await derive(slot.passphrase, salt, slot.cost));
  const data = sealer.seal(Buffer.from(masterKeyToJson(slot.master)));
  const created = new Date(slot.clock.now()).toISOString();
  const who = { created, username: slot.username, hostname: hostname() };
  const how = { kdf: 'scrypt', ...slot.cost, salt: salt.toString('base64'), data: data.toString('base64') };
  const bytes = Buffer.from(JSON.stringify({ ...who, ...how }));
  return { id: hash('sha256', bytes), bytes };
}

/** The master key; `wrong` when the passphrase doesn't fit this slot, `damaged` when the file isn't what was written. */
export async function openKeySlot(slot: KeySlot, passphrase: string): Promise<MasterKey | 'wrong' | 'damaged'> {
  const wrapped = hash('sha256', slot.bytes) === slot.id ? parseSlot(slot.bytes) : undefined;
  if (!wrapped) return 'damaged';
  const json = createSealer(await derive(passphrase, wrapped.salt, wrapped.cost)).open(wrapped.data);
  return json ? (masterKeyFromJson(json) ?? 'damaged') : 'wrong';
}

interface WrappedKey {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly data: Buffer;
}

function parseSlot(bytes: Buffer): WrappedKey | undefined {
  const value = objectOf(parseJson(bytes));
  if (value?.['kdf'] !== 'scrypt') return undefined;
  const [N, r, p] = [countOf(value['N']), countOf(value['r']), countOf(value['p'])];
  const [salt, data] = [bytesOf(value['salt']), bytesOf(value['data'])];
  if (!N || !r || !p || !salt || !data) return undefined;
  return isBearable({ N, r, p }) ? { cost: { N, r, p }, salt, data } : undefined;
}

/** Refuses costs that a hostile key file could name to stop the machine: at most 1 GiB and some minutes. */
function isBearable({ N, r, p }: ScryptCost): boolean {
  const powerOfTwo = N > 1 && Number.isInteger(Math.log2(N));
  return powerOfTwo && 128 * N * r <= 2 ** 30 && N * r * p <= 2 ** 28;
}

async function derive(passphrase: string, salt: Buffer, cost: ScryptCost): Promise<MasterKey> {
  if (passphrase === '') throw emptyPassphrase();
  const options = { ...cost, maxmem: 128 * cost.r * (cost.N + cost.p + 2) + 2 ** 20 };
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase, salt, masterKeyLength, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
  return splitMasterKey(bytes);
}

function emptyPassphrase(): MusterError {
  return new MusterError('the passphrase of the vault is empty', {
    code: 'empty-passphrase',
    hint: 'Set a passphrase of several random words, and keep it in a second place.',
  });
}
