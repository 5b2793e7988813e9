import { messageOf } from '../../base/error.ts';

/** A place in a text as the template library counts: lines from 1, columns from 0. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** Offset in UTF-16 units. */
export function offsetOf(text: string, { line, column }: LineColumn): number {
  const starts = [0, ...[...text.matchAll(/\r\n?|\n/g)].map((end) => end.index + end[0].length)];
  return Math.min(text.length, (starts[line - 1] ?? text.length) + column);
}

/** What the parser says, in one line, and where. */
export function syntaxFault(error: unknown, text: string): { message: string; offset: number; hint?: string } {
  const found = messageOf(error);
  const at = /^(.*) - (\d+):(\d+)$/s.exec(found);
  if (at) return mismatch(at[1] ?? '', offsetOf(text, { line: Number(at[2]), column: Number(at[3]) }));
  const excerpt = /^Parse error on line \d+:\n(.*)\n(-*)\^\n/s.exec(found);
  const offset = excerpt === null ? lastOpening(text) : offsetOfExcerpt(text, excerpt[1] ?? '', excerpt[2] ?? '');
  return { ...wording(found, text), offset };
}

function mismatch(message: string, offset: number): { message: string; offset: number; hint?: string } {
  const names = /^(\S+) doesn't match (\S+)$/.exec(message);
  if (names === null) return { message, offset };
  const [, opened = '', closed = ''] = names;
  return { message: `the block \`${opened}\` is closed by \`/${closed}\``, offset, hint: `Write {{/${opened}}}.` };
}

function wording(found: string, text: string): { message: string; hint?: string } {
  const got = /got '(\w+)'$/.exec(found)?.[1];
  if (got === 'EOF') return { message: 'a block is not closed', hint: 'Close each {{#if …}} with {{/if}}.' };
  if (got === 'OPEN_ENDBLOCK') return { message: 'a block is closed that was not opened' };
  if (got === 'INVERSE') return { message: '`else` stands outside of a block' };
  if (got === 'INVALID' && text.lastIndexOf('{{') > text.lastIndexOf('}}'))
    return { message: 'a `{{` is not closed', hint: 'Close it with }}, or write \\{{ for the characters themselves.' };
  return { message: 'this cannot be read as a template' };
}

/**
 * The parser shows up to twenty characters on each side, without line breaks, and underlines up to the fault. Finding
 * them in the text without line breaks gives the offset.
 */
function offsetOfExcerpt(text: string, excerpt: string, underline: string): number {
  const before = excerpt.slice(0, underline.length).replace(/^\.\.\./, '');
  const after = excerpt.slice(underline.length).replace(/\.\.\.$/, '');
  const kept = [...text.matchAll(/[^\n]/g)].map((character) => character.index);
  const flat = kept.map((index) => text[index]).join('');
  const at = flat.lastIndexOf(before + after);
  if (at === -1) return lastOpening(text);
  return kept[at + before.length] ?? text.length;
}

function lastOpening(text: string): number {
  return Math.max(0, text.lastIndexOf('{{'));
}
