/**
 * One line without control characters, for subjects: a header cannot be broken out of, and a terminal that shows it
 * cannot be steered. Line and paragraph separators count as control characters.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .trim();
}

/**
 * Keeps line breaks and tabs; other control characters and halves of characters are replaced by U+FFFD. Empty lines at
 * the ends go, and of several in a row one stays: they are what conditions in a template leave.
 */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '\u{FFFD}')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/^\n+|\n+$/g, '');
}

/** At most `length` UTF-16 units, never ending in half a character; a cut is said. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const note = '\n[shortened]';
  return text.slice(0, Math.max(0, length - note.length)).replace(/[\uD800-\uDBFF]$/, '') + note;
}

/** What a server said, for an error message: one line, bounded, with the secrets replaced. */
export function quoted(reply: string, secrets: readonly string[]): string {
  let text = reply;
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  for (const secret of longestFirst) if (secret !== '') text = text.replaceAll(secret, '***');
  const line = oneLine(text);
  return line.length <= 200 ? line : `${line.slice(0, 200).toWellFormed()}…`;
}
