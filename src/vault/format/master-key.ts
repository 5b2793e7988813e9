import { randomBytes } from 'node:crypto';
import { bytesOf, objectOf, parseJson } from './json-shape.ts';

/** What encrypts everything in a repository. Each key slot wraps the same one. */
export interface MasterKey {
  /** AES-256, 32 bytes. */
  readonly encrypt: Buffer;
  /** AES-128, 16 bytes: makes the one-time half of each MAC key. */
  readonly macK: Buffer;
  /** The fixed half of each MAC key, 16 bytes, as stored: libsodium clears the bits that Poly1305 wants cleared. */
  readonly macR: Buffer;
}

export function randomMasterKey(): MasterKey {
  return splitMasterKey(randomBytes(masterKeyLength));
}

export const masterKeyLength = 64;

/** From 64 bytes: encrypt, k, r; the order that scrypt's output is used in. */
export function splitMasterKey(bytes: Buffer): MasterKey {
  return { encrypt: bytes.subarray(0, 32), macK: bytes.subarray(32, 48), macR: bytes.subarray(48, 64) };
}

export function masterKeyToJson(key: MasterKey): string {
  const mac = { k: key.macK.toString('base64'), r: key.macR.toString('base64') };
  return JSON.stringify({ mac, encrypt: key.encrypt.toString('base64') });
}

/** Undefined when the JSON is none. */
export function masterKeyFromJson(json: Uint8Array): MasterKey | undefined {
  const value = objectOf(parseJson(json));
  const mac = objectOf(value?.['mac']);
  const [encrypt, macK, macR] = [bytesOf(value?.['encrypt'], 32), bytesOf(mac?.['k'], 16), bytesOf(mac?.['r'], 16)];
  return encrypt && macK && macR && { encrypt, macK, macR };
}
