import type { RetentionDecision } from '../../retention/decide.ts';
import { table } from './table.ts';
import { momentText } from './time.ts';

/** What retention would remove, or holds back, and why; the rest is counted. */
export function renderRetention(decisions: readonly RetentionDecision[], timezone: string): string {
  if (decisions.length === 0) return 'There is no backup to decide about.';
  const goes = decisions.filter(({ action }) => action === 'delete');
  const held = decisions.filter((decision) => decision.held === true);
  const kept = `${decisions.length - goes.length} would be kept, ${goes.length} deleted.`;
  return [
    goes.length === 0 ? kept : `${kept} Remove them with muster prune.`,
    ...listOf('DELETE', goes, timezone),
    ...listOf('HELD', held, timezone),
  ].join('\n\n');
}

function listOf(heading: string, decisions: readonly RetentionDecision[], timezone: string): readonly string[] {
  if (decisions.length === 0) return [];
  const rows = decisions.map(({ backup, system, schedule, storage, startedAt, reasons }) => [
    backup.slice(0, 8),
    system,
    storage === undefined ? (schedule ?? 'by hand') : `${schedule ?? 'by hand'}, on ${storage}`,
    momentText(startedAt, timezone),
    reasons.slice(0, 2).join('; '),
  ]);
  return [table([heading, 'SYSTEM', 'SCHEDULE', 'STARTED', 'WHY'], rows)];
}
