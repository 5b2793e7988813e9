import { dateTime, formatDuration, formatSize, type RecoverOutcome } from '../../index.ts';
import { counted } from './counted.ts';
import { renderFindings } from './findings.ts';
import { oneLine } from './printable.ts';

/** What a recovery did, or would do, in the few lines that a terminal has room for; the report says it all. */
export function renderRecovery(outcome: RecoverOutcome, timezone: string): string {
  return (outcome.mode === 'execute' ? executed(outcome, timezone) : simulated(outcome, timezone)).join('\n');
}

function executed({ report, record, run, status }: RecoverOutcome, timezone: string): readonly string[] {
  return [
    ...report.systems.map(
      (system) =>
        `${system.name}: back from ${system.backup.slice(0, 8)}, ${counted(system.files ?? 0, 'file')}, ${formatSize(system.bytes ?? 0)} in ${formatDuration(system.durationMs)}${system.proven ? ', checked' : ', not checked'}`,
    ),
    ...report.systems.flatMap((system) =>
      system.checks.map((check) => `  ${check.passed ? '✓' : '✗'} ${system.name}: ${check.name}: ${check.detail}`),
    ),
    objective('RTO', report.rto),
    objective('RPO', report.rpo),
    ...report.deviations.map((text) => `deviation: ${oneLine(text)}`),
    ...hintsOf(record).map((hint) => `hint: ${hint}`),
    ...report.notTested.map((text) => `not tested: ${text}`),
    `run ${run}: ${status}${report.verifiedAt === undefined ? '' : `, verified ${dateTime(report.verifiedAt, timezone)}`}`,
  ];
}

/** What to do about the steps that failed for good. */
function hintsOf({ events }: RecoverOutcome['record']): readonly string[] {
  const hints = events.flatMap((event) =>
    event.type === 'attempt.finished' && event.retryIn === undefined && event.error?.hint !== undefined
      ? [event.error.hint]
      : [],
  );
  return [...new Set(hints)];
}

function simulated({ plan, report, record, run, status }: RecoverOutcome, timezone: string): readonly string[] {
  return [
    renderFindings(record),
    '',
    ...plan.recovers.map(
      ({ system, backup, at, dataLossMs }) =>
        `${system}: from ${backup.slice(0, 8)} of ${dateTime(at, timezone)}, would lose ${formatDuration(dataLossMs)}`,
    ),
    `estimate: ${formatDuration(plan.estimateMs)} along ${plan.criticalPath.join(' → ')}`,
    ...plan.skipped.map(({ what, reason }) => `skipped: ${what}: ${reason}`),
    ...plan.warnings.map((text) => `warning: ${text}`),
    ...report.notTested.map((text) => `not tested: ${text}`),
    `run ${run}: simulation ${status}`,
    'This was a simulation: nothing was changed. Add --execute to do it.',
  ];
}

function objective(name: string, { target, achieved, verdict }: RecoverOutcome['report']['rto']): string {
  return `${name}: ${lengthOf(achieved)}${target === undefined ? '' : ` of ${formatDuration(target)}`}, ${verdict}`;
}

function lengthOf(ms: number | undefined): string {
  return ms === undefined ? 'unknown' : formatDuration(ms);
}
