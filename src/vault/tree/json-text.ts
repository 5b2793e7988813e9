import type { BytePath } from '../../base/capture.ts';
import { decodeUtf8 } from './utf8.ts';

/** Quotes, backslash, what Go escapes for HTML, lone surrogates, and everything below the space. */
const special = /["\\<>&\u2028\u2029\p{Cs}]|[^ -\u{10ffff}]/gu;
const needsCare = /["\\<>&\u2028\u2029\p{Cs}]|[^ -\u{10ffff}]/u;
const short: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A JSON string as Go's `encoding/json` writes it (`\u003c` for `<`; lower-case hexadecimal; no `\b`, no `\f`). */
export function jsonText(text: string): string {
  return needsCare.test(text) ? `"${text.replaceAll(special, escapeOf)}"` : `"${text}"`;
}

function escapeOf(char: string): string {
  const code = char.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
  return short[char] ?? `\\u${code.toString(16).padStart(4, '0')}`;
}

/** As `jsonText`, from bytes; each byte that is not UTF-8 becomes `\ufffd`, so this is not always reversible. */
export function jsonBytes(bytes: BytePath): string {
  let text = '"';
  for (const part of decodeUtf8(bytes)) text += part.valid ? part.text.replaceAll(special, escapeOf) : '\\ufffd';
  return `${text}"`;
}

/** True when the bytes are valid UTF-8. */
export function isUtf8(bytes: BytePath): boolean {
  for (const part of decodeUtf8(bytes)) if (!part.valid) return false;
  return true;
}
