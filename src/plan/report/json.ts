import type { Diagnostic, Position } from '../../base/diagnostic.ts';
import { shownPath } from './path.ts';

/** `{ valid, diagnostics: [{ file, line, column, severity, code, message, hint, … }] }`; fields may be added later. */
export function formatJson(diagnostics: readonly Diagnostic[], cwd: string): string {
  const valid = diagnostics.every(({ severity }) => severity !== 'error');
  return `${JSON.stringify({ valid, diagnostics: diagnostics.map((found) => diagnosticJson(found, cwd)) }, null, 2)}\n`;
}

/** `hint` is always there, null when there is none. */
function diagnosticJson(found: Diagnostic, cwd: string): object {
  const { severity, code, message, hint, related = [] } = found;
  return {
    ...positionJson(found, cwd),
    severity,
    code,
    message,
    hint: hint ?? null,
    related: related.map((place) => ({ ...positionJson(place, cwd), message: place.message })),
  };
}

function positionJson({ file, line, column, endLine, endColumn }: Position, cwd: string): object {
  return { file: shownPath(file, cwd), line, column, endLine, endColumn };
}
