import { expect } from 'vitest';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import type { LoadResult } from '../../src/plan/load.ts';

/** Whatever is read: a plan or an error, and every place lies inside its file. */
export function expectSound({ diagnostics, sources, plan }: LoadResult): void {
  expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  const lines = new Map([...sources].map(([file, text]) => [file, text.split('\n')]));
  expect(diagnostics.filter((diagnostic) => !isInside(diagnostic, lines.get(diagnostic.file) ?? ['']))).toEqual([]);
}

function isInside(diagnostic: Diagnostic, lines: readonly string[]): boolean {
  const { line, column, endLine = line, endColumn = column } = diagnostic;
  return fits(line, column, lines) && fits(endLine, endColumn, lines) && endLine >= line;
}

function fits(line: number, column: number, lines: readonly string[]): boolean {
  return column >= 1 && column <= (lines[line - 1] ?? '').length + 1 && line >= 1 && line <= lines.length;
}
