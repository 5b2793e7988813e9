import type { Diagnostic } from '../../base/diagnostic.ts';
import { shownPath } from './path.ts';

/**
 * Workflow commands of GitHub Actions, which become annotations of the files.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function formatGithub(diagnostics: readonly Diagnostic[], cwd: string): string {
  return diagnostics.map((found) => `${command(found, cwd)}\n`).join('');
}

function command(found: Diagnostic, cwd: string): string {
  const { severity, code, message, hint, line, column, endLine, endColumn } = found;
  const properties = {
    file: shownPath(found.file, cwd),
    line,
    // An end is shown only together with the line it is on; columns count only within one line.
    ...(endLine === undefined ? {} : { endLine }),
    col: column,
    ...(endColumn === undefined || (endLine ?? line) !== line ? {} : { endColumn }),
    title: code,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  return `::${severity} ${list.join(',')}::${escapedMessage(hint === undefined ? message : `${message}\n${hint}`)}`;
}

function escapedMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
