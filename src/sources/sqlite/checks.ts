import type { CaptureManifest } from '../../base/backup.ts';
import type { SourceCheck } from '../source.ts';
import type { Inspection } from './inspection.ts';

/** What was found of a restored database, held against what was found when it was captured. */
export function checksOf(inspection: Inspection, manifest: CaptureManifest): readonly SourceCheck[] {
  return [integrityOf(inspection), ...rowsOf(inspection.rows, manifest.rows ?? {})];
}

function integrityOf({ check, problems, unchecked }: Inspection): SourceCheck {
  if (unchecked !== undefined)
    return { name: 'integrity', passed: false, skipped: true, detail: `not checked: ${unchecked}` };
  const detail = problems.length === 0 ? `${check}: ok` : `${check}: ${problems.join('; ')}`;
  return { name: 'integrity', passed: problems.length === 0, detail };
}

function rowsOf(found: Inspection['rows'], expected: Inspection['rows']): readonly SourceCheck[] {
  return Object.entries(expected).map(([table, rows]) => rowCheck(table, rows, found[table]));
}

function rowCheck(table: string, expected: number, found: number | undefined): SourceCheck {
  const passed = found === expected;
  const detail = found === undefined ? `no such table, expected ${expected}` : compare(found, expected);
  return { name: 'rows', passed, detail: `${table} ${detail}` };
}

function compare(found: number, expected: number): string {
  return `${found} ${found === expected ? '=' : '≠'} ${expected}`;
}
