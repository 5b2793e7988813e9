import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { codeOf, messageOf } from '../../base/error.ts';

/** Thrown by a case when the store does something else than it must. */
export class CheckFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckFailure';
  }
}

export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (
    Buffer.isBuffer(actual) && expected instanceof Uint8Array
      ? actual.equals(expected)
      : isDeepStrictEqual(actual, expected)
  )
    return;
  throw new CheckFailure(`${what}: ${shown(actual)} instead of ${shown(expected)}`);
}

export function assertTrue(condition: boolean, what: string): void {
  if (!condition) throw new CheckFailure(what);
}

/** The request must fail with that code. Returns what it threw. */
export async function assertFails(code: string, request: Promise<unknown>, what: string): Promise<Error> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new CheckFailure(`${what}: succeeded, instead of failing with ${code}`);
  if (error instanceof Error && codeOf(error) === code) return error;
  throw new CheckFailure(`${what}: failed with ${codeOf(error) ?? 'no code'} (${messageOf(error)}) instead of ${code}`);
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return bytesText(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function bytesText(bytes: Uint8Array): string {
  const digest = hash('sha256', bytes).slice(0, 12);
  return bytes.length > 16
    ? `${bytes.length} bytes (SHA-256 ${digest}…)`
    : `${bytes.length} bytes (${Buffer.from(bytes).toString('hex')})`;
}
