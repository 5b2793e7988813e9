/** Text of the user for a message: in backquotes, on one line, cut when long. */
export function quote(text: string): string {
  if (text.trim() === '') return '`""`';
  const line = text.replaceAll(/[\p{C}\s]+/gu, ' ');
  return `\`${line.length > 100 ? `${line.slice(0, 100)}…` : line}\``;
}

/** `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  return joined(names, 'or');
}

/** `a, b and c`. */
export function allOf(names: readonly string[]): string {
  return joined(names, 'and');
}

function joined(names: readonly string[], word: 'or' | 'and'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1) ?? ''}`;
}
