import { pathToFileURL } from 'node:url';
import type { Diagnostic, Position } from '../../base/diagnostic.ts';
import { shownPath } from './path.ts';

/** SARIF 2.1.0, as code scanning services read it. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function formatSarif(diagnostics: readonly Diagnostic[], cwd: string): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'muster', rules: codes.map((id) => ({ id, name: pascalCase(id) })) } },
        originalUriBaseIds: { ROOT: { uri: folderUrl(cwd) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((found) => result(found, codes.indexOf(found.code), cwd)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function result(found: Diagnostic, ruleIndex: number, cwd: string): object {
  const { code, severity, message, hint, related = [] } = found;
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === undefined ? message : `${message}\n${hint}` },
    locations: [{ physicalLocation: physicalLocation(found, cwd) }],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((place, id) => ({
            id,
            message: { text: place.message },
            physicalLocation: physicalLocation(place, cwd),
          })),
        }),
  };
}

function physicalLocation(position: Position, cwd: string): object {
  const { file, line, column, endLine, endColumn } = position;
  return {
    artifactLocation: artifactLocation(file, cwd),
    region: {
      startLine: line,
      startColumn: column,
      ...(endLine === undefined ? {} : { endLine }),
      ...(endColumn === undefined ? {} : { endColumn }),
    },
  };
}

/** Files below the folder are relative to it, so that a service finds them in its own checkout. */
function artifactLocation(file: string, cwd: string): object {
  const path = shownPath(file, cwd);
  if (path === file.replaceAll('\\', '/')) return { uri: pathToFileURL(file).href };
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'ROOT' };
}

function folderUrl(folder: string): string {
  const url = pathToFileURL(folder).href;
  return url.endsWith('/') ? url : `${url}/`;
}

function pascalCase(code: string): string {
  return code.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
