/** Readers for values from `JSON.parse` of bytes that may be damaged or hostile. All return undefined for a misfit. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function arrayOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A whole number from 0 to `limit`. */
export function countOf(value: unknown, limit = 0xff_ff_ff_ff): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= limit ? value : undefined;
}

/** 64 lower-case hexadecimal digits. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : undefined;
}

/** Standard base64 of exactly `length` bytes; any length when it is left out. */
export function bytesOf(value: unknown, length?: number): Buffer | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  const bytes = Buffer.from(value, 'base64');
  return length === undefined || bytes.length === length ? bytes : undefined;
}
