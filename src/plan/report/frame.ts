import type { Position } from '../../base/diagnostic.ts';
import { widthOf } from '../../base/width.ts';
import { harmless } from './harmless.ts';

/** A line of a file with what is meant in it underlined. Both are ready for a terminal. */
export interface Frame {
  readonly source: string;
  /** Spaces and carets. */
  readonly underline: string;
}

/** Columns of a terminal that the source line may take. */
const widest = 100;
/** How much of the line is kept before what is meant, when it is too long. */
const kept = 30;
const tab = '    ';

/** Lines of a text, without their ends. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/);
}

/** Undefined when the file has no such line. A range over several lines is underlined to the end of the first. */
export function frameOf(lines: readonly string[], position: Position): Frame | undefined {
  const line = lines[position.line - 1];
  if (line === undefined) return undefined;
  const start = Math.min(Math.max(0, position.column - 1), line.length);
  const end = rangeEnd(position, { line, start });
  const before = shown(line.slice(0, start));
  const meant = shown(line.slice(start, end));
  return clipped({ before, meant, after: shown(line.slice(end)) });
}

/** Without an end, the word or value that begins at the column. */
function rangeEnd(position: Position, { line, start }: { readonly line: string; readonly start: number }): number {
  const { endLine = position.line, endColumn } = position;
  if (endLine > position.line) return line.trimEnd().length;
  if (endColumn !== undefined) return Math.min(line.length, Math.max(start, endColumn - 1));
  return start + (/^[\p{L}\p{N}_.-]+/u.exec(line.slice(start))?.[0].length ?? 0);
}

function shown(text: string): string {
  return harmless(text).replaceAll('\t', tab);
}

interface Parts {
  readonly before: string;
  readonly meant: string;
  readonly after: string;
}

function clipped(parts: Parts): Frame {
  const whole = parts.before + parts.meant + parts.after;
  if (widthOf(whole) <= widest) return frame(parts);
  const before = widthOf(parts.before) > kept ? `…${lastColumns(parts.before, kept)}` : parts.before;
  const meant = firstColumns(parts.meant, widest - widthOf(before));
  const after = meant === parts.meant ? firstColumns(parts.after, Math.max(0, widest - widthOf(before + meant))) : '';
  const cut = meant !== parts.meant || after !== parts.after;
  return frame({ before, meant, after: cut ? `${after}…` : after });
}

function frame({ before, meant, after }: Parts): Frame {
  const carets = '^'.repeat(Math.max(1, widthOf(meant)));
  return { source: (before + meant + after).trimEnd(), underline: ' '.repeat(widthOf(before)) + carets };
}

function firstColumns(text: string, columns: number): string {
  return takeWhileFits(
    [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment),
    columns,
  ).join('');
}

function lastColumns(text: string, columns: number): string {
  const segments = [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment);
  return takeWhileFits(segments.toReversed(), columns).toReversed().join('');
}

function takeWhileFits(segments: readonly string[], columns: number): readonly string[] {
  let width = 0;
  const end = segments.findIndex((segment) => (width += widthOf(segment)) > columns);
  return end === -1 ? segments : segments.slice(0, end);
}
