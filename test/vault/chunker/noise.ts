import { createCipheriv, hash } from 'node:crypto';

/** Bytes that look random, and are the same for the same seed. */
export function noise(seed: string, length: number): Buffer {
  const key = Buffer.from(hash('sha256', seed, 'hex'), 'hex');
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}
