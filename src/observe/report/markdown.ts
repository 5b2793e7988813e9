import { formatSize } from '../../base/size.ts';
import type { StepRecord } from '../../journal/journal.ts';
import { momentText, lengthOf } from '../text/time.ts';
import type { Achieved } from './objectives.ts';
import type { RecoveryReport } from './report.ts';
import type { RestoredSystem } from './restored.ts';

/** The report as Markdown, readable as it is. */
export function renderReport(report: RecoveryReport, timezone: string): string {
  const parts = [
    `# ${escaped(report.title)}`,
    factsText(report, timezone),
    '## Objectives',
    objectivesTable(report),
    ...section('Systems', report.systems.length === 0 ? undefined : systemsTable(report.systems, timezone)),
    ...section('Checks of restored data', checksText(report.systems)),
    ...section('Timeline', timeline(report, timezone)),
    ...section('Deviations', list(report.deviations) ?? 'None.'),
    ...section('Not tested', list(report.notTested) ?? 'Nothing that this report knows of.'),
  ];
  return parts.join('\n\n');
}

function section(heading: string, text: string | undefined): readonly string[] {
  return text === undefined ? [] : [`## ${heading}`, text];
}

function factsText(report: RecoveryReport, timezone: string): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Run', report.run],
    ['Runbook', report.runbook],
    ['Mode', report.mode === 'simulate' ? '**simulated: nothing was changed**' : 'executed'],
    ['Status', report.status],
    ['Declared', momentText(report.declaredAt, timezone)],
    ['Verified', momentText(report.verifiedAt, timezone)],
    ['By', report.by],
    ['Reason', report.reason ?? '–'],
    ['Plan', report.planHash.slice(0, 16)],
  ];
  return facts.map(([name, value]) => `- ${name}: ${name === 'Mode' ? value : escaped(value)}`).join('\n');
}

function objectivesTable({ rto, rpo }: RecoveryReport): string {
  return markdownTable(
    ['Objective', 'Target', 'Achieved', 'Verdict', 'How'],
    [objectiveRow('RTO', rto), objectiveRow('RPO', rpo)],
  );
}

function objectiveRow(name: string, { target, achieved, verdict, reasons }: Achieved): readonly string[] {
  return [name, lengthOf(target), lengthOf(achieved), verdict, reasons.join('; ')];
}

function systemsTable(systems: readonly RestoredSystem[], timezone: string): string {
  const rows = systems.map((system) => [
    system.name,
    `${system.backup.slice(0, 8)} of ${momentText(system.backupStartedAt, timezone)}`,
    momentText(system.restoredAt, timezone),
    lengthOf(system.durationMs),
    system.files === undefined ? '–' : String(system.files),
    system.bytes === undefined ? '–' : formatSize(system.bytes),
    system.proven ? 'yes' : 'no',
  ]);
  return markdownTable(['System', 'Backup', 'Restored', 'Took', 'Files', 'Bytes', 'Proven'], rows);
}

function checksText(systems: readonly RestoredSystem[]): string | undefined {
  return list(
    systems.flatMap(({ name, checks }) =>
      checks.map((check) => `${name}: ${check.name}: ${check.passed ? 'passed' : 'FAILED'}: ${check.detail}`),
    ),
  );
}

function timeline(report: RecoveryReport, timezone: string): string | undefined {
  if (report.steps.length === 0) return undefined;
  const rows = report.steps.map((step) => [
    momentText(step.startedAt, timezone),
    step.title,
    step.status,
    tookText(step),
    String(step.attempts),
  ]);
  return markdownTable(['Began', 'Step', 'Status', 'Took', 'Attempts'], rows);
}

function tookText({ startedAt, finishedAt }: StepRecord): string {
  return lengthOf(startedAt === undefined || finishedAt === undefined ? undefined : finishedAt - startedAt);
}

function list(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.map((item) => `- ${escaped(item)}`).join('\n');
}

/** Padded, so that it reads well without being rendered. */
function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map(escaped));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0] ?? []), rule, ...cells.slice(1).map(line)].join('\n');
}

/** One line, without what Markdown or HTML would take as its own. */
function escaped(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[|`*\\[\]]/g, String.raw`\$&`);
}
