import type { BytePath } from '../../base/capture.ts';

/** One character of a byte string, or one byte of it (as one latin1 character) that is no part of valid UTF-8. */
export interface Utf8Part {
  readonly valid: boolean;
  readonly text: string;
}

/** Reads bytes as Go does: a byte that does not begin or continue a valid sequence stands alone, one by one. */
export function* decodeUtf8(bytes: BytePath): Generator<Utf8Part> {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    const part = bytes.slice(at, at + Math.max(length, 1));
    yield length > 0 ? { valid: true, text: decode(part) } : { valid: false, text: part };
    at += part.length;
  }
}

function decode(part: string): string {
  return part.length === 1 ? part : Buffer.from(part, 'latin1').toString('utf8');
}

/** 0 when no valid sequence begins here. Overlong forms, surrogates and what is above U+10FFFF are not valid. */
function sequenceLength(bytes: string, at: number): number {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || !secondFits(first, bytes.charCodeAt(at + 1))) return 0;
  for (let next = at + 2; next < at + length; next++) if (!within(bytes.charCodeAt(next), 0x80, 0xbf)) return 0;
  return length;
}

function secondFits(first: number, second: number): boolean {
  if (first === 0xe0) return within(second, 0xa0, 0xbf);
  if (first === 0xed) return within(second, 0x80, 0x9f);
  if (first === 0xf0) return within(second, 0x90, 0xbf);
  if (first === 0xf4) return within(second, 0x80, 0x8f);
  return within(second, 0x80, 0xbf);
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
