import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../../base/width.ts';

/** Columns of plain text, as wide as their widest cell, two spaces between; nothing behind the last cell of a row. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => all.reduce((most, row) => Math.max(most, shownWidth(row[column] ?? '')), 0));
  return all.map((row) => lineOf(row, widths)).join('\n');
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - shownWidth(cell))))
    .join('  ')
    .trimEnd();
}

/** What a terminal shows: colour codes take no room. */
function shownWidth(text: string): number {
  return widthOf(stripVTControlCharacters(text));
}
