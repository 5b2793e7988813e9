import { randomBytes } from 'node:crypto';

/** Polynomials over GF(2), one bit a coefficient. The chunker's has this degree. */
export const polynomialDegree = 53;

/** Irreducible, of degree 53. Chosen anew for each repository, so that chunk sizes don't tell which files are in it. */
export function randomPolynomial(): bigint {
  for (;;) {
    const low = BigInt.asUintN(polynomialDegree, randomBytes(8).readBigUInt64LE());
    const candidate = (1n << BigInt(polynomialDegree)) | low | 1n;
    if (isIrreducible(candidate)) return candidate;
  }
}

export function isChunkerPolynomial(polynomial: bigint): boolean {
  return degreeOf(polynomial) === polynomialDegree && isIrreducible(polynomial);
}

/**
 * Rabin's test. The degree must be prime, as 53 is: then f is irreducible when x^(2^degree) = x modulo f and f has no
 * factor of degree 1.
 */
export function isIrreducible(f: bigint): boolean {
  const oddTerms = f.toString(2).replaceAll('0', '').length % 2 === 1;
  if (!oddTerms || (f & 1n) === 0n) return false;
  let power = 2n;
  for (let i = degreeOf(f); i > 0; i -= 1) power = remainder(square(power), f);
  return power === 2n;
}

/** `a` modulo `f`. */
export function remainder(a: bigint, f: bigint): bigint {
  const degree = degreeOf(f);
  let rest = a;
  for (let d = degreeOf(rest); d >= degree; d = degreeOf(rest)) rest ^= f << BigInt(d - degree);
  return rest;
}

/** Of 0: -1. */
export function degreeOf(polynomial: bigint): number {
  return polynomial === 0n ? -1 : polynomial.toString(2).length - 1;
}

/** Over GF(2) a square has the same coefficients with zeros between. */
function square(a: bigint): bigint {
  return BigInt(`0b${a.toString(2).split('').join('0')}`);
}
