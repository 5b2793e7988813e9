import { stripVTControlCharacters } from 'node:util';

/** Columns of plain text, as wide as their widest cell, two spaces between; nothing behind the last cell of a row. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => all.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0));
  return all.map((row) => lineOf(row, widths)).join('\n');
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
    .join('  ')
    .trimEnd();
}

/** What a terminal shows: colour codes take no room. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
