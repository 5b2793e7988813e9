import { randomBytes } from 'node:crypto';
import { damage } from './damage.ts';
import { countOf, idOf, objectOf, parseJson, stringOf } from './json-shape.ts';
import { isChunkerPolynomial, randomPolynomial } from './polynomial.ts';
import type { Sealer } from './seal.ts';

/** `config`: what a repository is. */
export interface RepositoryConfig {
  readonly version: 1 | 2;
  readonly id: string;
  readonly polynomial: bigint;
}

export function newConfig(polynomial = randomPolynomial()): RepositoryConfig {
  return { version: 2, id: randomBytes(32).toString('hex'), polynomial };
}

/** Sealed raw JSON: the one object that is never compressed. */
export function sealConfig(sealer: Sealer, config: RepositoryConfig): Buffer {
  const { version, id, polynomial } = config;
  return sealer.seal(Buffer.from(JSON.stringify({ version, id, chunker_polynomial: polynomial.toString(16) })));
}

/** Throws `object-damaged`. */
export function openConfig(sealer: Sealer, sealed: Uint8Array): RepositoryConfig {
  const plain = sealer.open(sealed);
  if (!plain) throw damage('object-damaged', 'config', 'it was not written with the key of this repository');
  const value = objectOf(parseJson(plain));
  const [version, id] = [countOf(value?.['version']), idOf(value?.['id'])];
  const polynomial = polynomialOf(stringOf(value?.['chunker_polynomial']));
  if ((version !== 1 && version !== 2) || !id || polynomial === undefined)
    throw damage('object-damaged', 'config', 'its content is not that of a repository of version 1 or 2');
  return { version, id, polynomial };
}

function polynomialOf(text: string | undefined): bigint | undefined {
  if (!text || !/^[0-9a-f]{1,16}$/.test(text)) return undefined;
  const polynomial = BigInt(`0x${text}`);
  return isChunkerPolynomial(polynomial) ? polynomial : undefined;
}
