/**
 * What is wrong with a path pattern, or undefined. Patterns are those of .gitignore without negation; what git would
 * read as something that can never match is refused instead, because nobody means that.
 */
export function faultOfPattern(pattern: string): string | undefined {
  if (pattern === '' || /^\/+$/.test(pattern)) return 'it is empty';
  if (pattern.includes('\0')) return 'it holds a NUL byte';
  if (pattern.startsWith('!')) return String.raw`negation is not supported; write \! for a name that begins with one`;
  if (/(^|\/)\.\.(\/|$)|\/\.(\/|$)|^\.\/?$/.test(pattern)) return 'a segment may not be . or ..';
  if (/(^|[^\\])(\\\\)*\\\/?$/.test(pattern)) return 'a backslash at the end escapes nothing';
  return faultOfClasses(pattern);
}

/** A `[...]` with what may stand in it; the first `]` after the opening is a member. */
export const characterClass: RegExp = /\[[!^]?(?:\]|\[:[a-z]+:\]|\\[^]|[^\]\\])(?:\[:[a-z]+:\]|\\[^]|[^\]\\])*\]/g;

function faultOfClasses(pattern: string): string | undefined {
  const withoutEscapes = pattern.replaceAll(/\\[^]/g, 'x');
  if (withoutEscapes.replaceAll(characterClass, '').includes('['))
    return String.raw`a [ is not closed; write \[ for the character itself`;
  if ((withoutEscapes.match(characterClass) ?? []).some(canBeSlash)) return 'a [...] may not take in a slash';
  return undefined;
}

function canBeSlash(text: string): boolean {
  if (text.includes('/') || /\[:(punct|graph|print):\]/.test(text)) return true;
  return [...text.matchAll(/([^[\]])-([^\]])/g)].some(([, from = '', to = '']) => from <= '/' && to >= '/');
}
