import { dirname } from 'node:path';
import type { Position } from '../../base/diagnostic.ts';

/** A file that was read, with what is needed to tell lines and columns. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  /** True for what came through `extends`. */
  readonly inherited: boolean;
  /** Offsets at which lines start; filled in at the first question. */
  lineStarts: readonly number[] | undefined;
}

/** A stretch of a file, in UTF-16 units; the end is exclusive. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

export function sourceFile(path: string, text: string, origin: 'plan' | 'inherited'): SourceFile {
  return { path, folder: dirname(path), text, inherited: origin === 'inherited', lineStarts: undefined };
}

export function positionOf(span: Span): Position {
  const start = lineAndColumn(span.file, span.start);
  const end = lineAndColumn(span.file, span.end);
  return {
    file: span.file.path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

function lineAndColumn(file: SourceFile, offset: number): { line: number; column: number } {
  file.lineStarts ??= findLineStarts(file.text);
  const starts = file.lineStarts;
  const within = Math.min(offset, file.text.length);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= within) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: within - (starts[low] ?? 0) + 1 };
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
