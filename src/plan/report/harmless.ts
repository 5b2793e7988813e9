/**
 * The text with nothing in it that moves or steers a terminal: control characters and those that turn the direction
 * of writing become visible. A tab is kept for the caller.
 */
export function harmless(text: string): string {
  return text.replaceAll(/[^\P{C}\t]|[\u2028\u2029]/gu, (character) =>
    isHarmlessFormat(character) ? character : visible(character),
  );
}

/** Joiners inside pictures and words of some scripts. */
function isHarmlessFormat(character: string): boolean {
  return character === '\u200D' || character === '\u200C';
}

/** The pictures of control characters that Unicode has; U+FFFD for the others. */
function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\uFFFD';
}
