import { plainPaint, type Paint, type RunRecord } from '../../index.ts';
import { oneLine } from './printable.ts';

interface StepFindings {
  readonly step: string;
  readonly title: string;
  readonly findings: readonly { readonly severity: 'ok' | 'warning' | 'error'; readonly message: string }[];
}

/** What a simulation found, step by step, in the order in which they would be executed. */
export function findingsOf({ steps, events }: RunRecord): readonly StepFindings[] {
  const titles = new Map(steps.map((step) => [step.id, step.title]));
  return events.flatMap((event) => {
    if (event.type === 'step.checked')
      return { step: event.step, title: titles.get(event.step) ?? event.step, findings: event.findings };
    if (event.type !== 'step.skipped') return [];
    const findings = [{ severity: 'ok', message: `would be skipped: ${event.reason}` } as const];
    return { step: event.step, title: titles.get(event.step) ?? event.step, findings };
  });
}

/** For people: each step with its mark, and below it what can be said about it now. */
export function renderFindings(record: RunRecord, paint: Paint = plainPaint): string {
  return findingsOf(record)
    .flatMap(({ title, findings }) => [
      `${markOf(findings, paint)} ${title}`,
      ...findings.map(({ severity, message }) => `    ${severity === 'ok' ? '' : `${severity}: `}${oneLine(message)}`),
    ])
    .join('\n');
}

function markOf(findings: StepFindings['findings'], paint: Paint): string {
  const severities = new Set(findings.map(({ severity }) => severity));
  if (severities.has('error')) return paint.bad('✗');
  return severities.has('warning') ? paint.doubtful('!') : paint.good('✓');
}
