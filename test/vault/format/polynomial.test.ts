import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  degreeOf,
  isChunkerPolynomial,
  isIrreducible,
  polynomialDegree,
  randomPolynomial,
  remainder,
} from '../../../src/vault/format/polynomial.ts';

describe('polynomials over GF(2)', () => {
  test('of prime degree up to 13: irreducible is what no smaller one divides', () => {
    for (const degree of [2, 3, 5, 7, 11, 13]) {
      const irreducible = ofDegree(degree).filter((f) => isIrreducible(f));
      expect(irreducible).toEqual(ofDegree(degree).filter((f) => !hasFactor(f)));
      // Their number is known: (2^p - 2) / p for a prime p.
      expect(irreducible).toHaveLength((2 ** degree - 2) / degree);
    }
  });

  test('those that restic chose are accepted', () => {
    for (const polynomial of [0x3da3358b4dc173n, 0x225cc7a954003dn]) expect(isChunkerPolynomial(polynomial)).toBe(true);
  });

  test('products, other degrees and zero are refused', () => {
    for (const polynomial of [0n, 1n, 0x25n, 0x3da3358b4dc173n << 1n, 0x3da3358b4dc172n, 2n ** 53n, 2n ** 63n])
      expect(isChunkerPolynomial(polynomial)).toBe(false);
    const product = multiply(ofDegree(13)[77] ?? 0n, 1n << 40n) ^ multiply(ofDegree(13)[77] ?? 0n, 9n);
    expect(degreeOf(product)).toBe(polynomialDegree);
    expect(isChunkerPolynomial(product)).toBe(false);
  });

  test('random ones are irreducible, of degree 53, and differ', () => {
    const found = Array.from({ length: 20 }, randomPolynomial);
    expect(found.every(isChunkerPolynomial)).toBe(true);
    expect(new Set(found).size).toBe(20);
  });

  test('remainder: what is left when a multiple is taken away', () => {
    const some = fc.bigInt({ min: 1n, max: 2n ** 60n });
    fc.assert(
      fc.property(some, some, some, (f, factor, rest) => {
        const small = remainder(rest, f);
        expect(degreeOf(small)).toBeLessThan(Math.max(degreeOf(f), 0));
        expect(remainder(multiply(f, factor) ^ small, f)).toBe(small);
      }),
    );
  });
});

function ofDegree(degree: number): bigint[] {
  return Array.from({ length: 2 ** degree }, (_, low) => BigInt(2 ** degree + low));
}

function hasFactor(f: bigint): boolean {
  for (let g = 2n; degreeOf(g) * 2 <= degreeOf(f); g += 1n) if (remainder(f, g) === 0n) return true;
  return false;
}

function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let bit = 0; b >> BigInt(bit) > 0n; bit += 1) if ((b >> BigInt(bit)) & 1n) product ^= a << BigInt(bit);
  return product;
}
