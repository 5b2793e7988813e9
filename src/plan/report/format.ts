import type { Diagnostic } from '../../base/diagnostic.ts';
import { formatGithub } from './github.ts';
import { formatJson } from './json.ts';
import { formatSarif } from './sarif.ts';
import { formatText } from './text.ts';

export type DiagnosticFormat = 'text' | 'json' | 'github' | 'sarif';

/** Texts of the files that diagnostics point at, by absolute path. A file that is missing is shown without its lines. */
export type Sources = ReadonlyMap<string, string>;

export interface FormatOptions {
  readonly format: DiagnosticFormat;
  /** Absolute; file names are shown relative to it when they lie below it. */
  readonly cwd: string;
  /** For `text` only. */
  readonly color: boolean;
}

/** Diagnostics in the order given, as one text that ends with a line break; empty when `text` or `github` has none. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  options: FormatOptions,
): string {
  switch (options.format) {
    case 'text':
      return formatText(diagnostics, sources, options);
    case 'json':
      return formatJson(diagnostics, options.cwd);
    case 'github':
      return formatGithub(diagnostics, options.cwd);
    case 'sarif':
      break;
  }
  return formatSarif(diagnostics, options.cwd);
}

/** `2 errors, 1 warning`; empty when there is nothing. */
export function summarizeDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning'] as const)
    .map((severity) => [diagnostics.filter((found) => found.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`)
    .join(', ');
}
