import type { BytePath } from '../../base/capture.ts';
import { decodeUtf8 } from './utf8.ts';

const shortEscapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};
const bytesOfEscape: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
};
const plain = /^[ !#-[\]-~]*$/;
/** What Go's `strconv.IsPrint` lets through. Its Unicode tables may be older: then only the spelling differs. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const escape =
  /\\(?:([abfnrtv"\\])|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)|["\n]|[^\\"\n]+/g;

/** A node's name as restic stores it: Go's `strconv.Quote` without the quotes. Bytes that are not UTF-8 become `\xNN`. */
export function quoteName(name: BytePath): string {
  if (plain.test(name)) return name;
  let text = '';
  for (const part of decodeUtf8(name)) text += part.valid ? quoteRune(part.text) : hexEscape(part.text);
  return text;
}

function quoteRune(rune: string): string {
  const short = shortEscapes[rune];
  if (short !== undefined) return short;
  if (printable.test(rune)) return rune;
  const code = rune.codePointAt(0) ?? 0;
  if (code < 0x80) return hexEscape(rune);
  return code < 0x1_0000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hexEscape(byte: string): string {
  return `\\x${hex(byte.charCodeAt(0), 2)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** The bytes behind a stored name; undefined when it is not of the form that `quoteName` writes. */
export function unquoteName(text: string): BytePath | undefined {
  if (plain.test(text)) return text;
  let bytes = '';
  for (const [whole, short, byte, octal, four, eight] of text.matchAll(escape)) {
    const part = short === undefined ? valueOf({ whole, byte, octal, code: four ?? eight }) : bytesOfEscape[short];
    if (part === undefined) return undefined;
    bytes += part;
  }
  return bytes;
}

interface EscapeMatch {
  readonly whole: string;
  readonly byte: string | undefined;
  readonly octal: string | undefined;
  readonly code: string | undefined;
}

function valueOf(match: EscapeMatch): string | undefined {
  if (match.byte !== undefined) return String.fromCharCode(Number.parseInt(match.byte, 16));
  if (match.octal !== undefined) return String.fromCharCode(Number.parseInt(match.octal, 8));
  if (match.code !== undefined) return utf8Bytes(Number.parseInt(match.code, 16));
  if (match.whole.startsWith('\\') || match.whole === '"' || match.whole === '\n') return undefined;
  return Buffer.from(match.whole, 'utf8').toString('latin1');
}

function utf8Bytes(code: number): string | undefined {
  if (code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1');
}
