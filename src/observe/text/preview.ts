import type { Instant } from '../../base/clock.ts';
import { formatSize } from '../../base/size.ts';
import type { StorageOutlook } from '../outlook.ts';
import type { ImmutabilityJudgement } from '../../order/objectives/immutability.ts';
import type { ObjectiveReport } from '../../order/objectives.ts';
import type { Verdict } from '../../order/objectives/verdict.ts';
import type { RetentionDecision } from '../../retention/decide.ts';
import type { BackupExecution, CopyExecution } from '../../schedule/execution.ts';
import { painted, plain, type Paint } from './paint.ts';
import { renderRetention } from './retention.ts';
import { renderSchedule } from './schedule.ts';
import { costNote, costText, fullText, growthText } from './storage.ts';
import { table } from './table.ts';
import { momentText, lengthOf } from './time.ts';

/** What would happen in a time. */
export interface PreviewFacts {
  readonly from: Instant;
  readonly until: Instant;
  readonly executions: readonly BackupExecution[];
  readonly copies: readonly CopyExecution[];
  readonly retention: readonly RetentionDecision[];
  readonly objectives: readonly ObjectiveReport[];
  /** By what was measured last. */
  readonly storage: readonly StorageExpectation[];
  readonly immutability: readonly ImmutabilityJudgement[];
}

export interface StorageExpectation extends StorageOutlook {
  readonly name: string;
  readonly capacity: number | undefined;
}

/** More due backups than this are counted, not listed. */
const mostListed = 100;

/** The due backups, what retention would delete and why, and the verdict on each objective. */
export function renderPreview(preview: PreviewFacts, timezone: string, paint: Paint = plain): string {
  const { from, until, executions, copies, retention, objectives, storage, immutability } = preview;
  const more = Math.max(0, executions.length - mostListed) + Math.max(0, copies.length - mostListed);
  return [
    `Backups due from ${momentText(from, timezone)} to ${momentText(until, timezone)}`,
    renderSchedule(executions.slice(0, mostListed), copies.slice(0, mostListed)) +
      (more > 0 ? `\nand ${more} more: see \`muster schedule\`` : ''),
    'Retention',
    renderRetention(retention, timezone),
    'Objectives',
    objectivesText(objectives, paint),
    ...storageText(storage, timezone),
    ...lockText(immutability, paint),
  ].join('\n\n');
}

/** Nothing where nothing was measured yet. */
function storageText(storage: readonly StorageExpectation[], timezone: string): readonly string[] {
  const known = storage.filter(({ used }) => used !== undefined);
  if (known.length === 0) return [];
  const rows = known.map((one) => [
    one.name,
    `${formatSize(one.used ?? 0)}${one.capacity === undefined ? '' : ` of ${formatSize(one.capacity)}`}`,
    growthText(one),
    fullText(one, timezone),
    costText(one),
    momentText(one.measuredAt, timezone),
  ]);
  const notes = known.flatMap((one) => costNote(one.name, one));
  const lines = table(['STORAGE', 'USED', 'GROWTH', 'FULL', 'COST', 'MEASURED'], rows);
  return ['Storage', lines, ...(notes.length > 0 ? [notes.join('\n')] : [])];
}

function lockText(judgements: readonly ImmutabilityJudgement[], paint: Paint): readonly string[] {
  if (judgements.length === 0) return [];
  const lines = judgements.map(
    ({ storage, verdict, reasons }) => `${storage}: ${painted(verdict, paint)}: ${reasons.join('; ')}`,
  );
  return ['Locks', lines.join('\n')];
}

function objectivesText(objectives: readonly ObjectiveReport[], paint: Paint): string {
  const rows = objectives.map(({ system, rpo, rto, copies, proof }) => [
    system,
    cell(rpo, [rpo.worst, rpo.target].map(lengthOf), paint),
    cell(rto, [rto.estimate, rto.target].map(lengthOf), paint),
    cell(copies, [copies.storage.length, copies.target].map(String), paint),
    cell(proof, [proof.age, proof.target].map(lengthOf), paint),
  ]);
  const reasons = objectives.flatMap(reasonsOf);
  return [
    table(['SYSTEM', 'RPO', 'RTO', 'COPIES', 'PROOF'], rows),
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
  ].join('\n\n');
}

interface Judged {
  readonly target: number | undefined;
  readonly verdict: Verdict;
}

/** `4h 6m of 6h, met`; `–` where the plan sets no target. */
function cell({ target, verdict }: Judged, numbers: readonly string[], paint: Paint): string {
  return target === undefined ? '–' : `${numbers.join(' of ')}, ${painted(verdict, paint)}`;
}

/** Why an objective that the plan sets is not met. */
function reasonsOf(report: ObjectiveReport): readonly string[] {
  return (['rpo', 'rto', 'copies', 'proof'] as const).flatMap((name) => {
    const { target, verdict, reasons } = report[name];
    return target === undefined || verdict === 'met'
      ? []
      : [`${report.system}: ${name} ${verdict}: ${reasons.join('; ')}`];
  });
}
