import type { BackupRecord } from '../base/backup.ts';
import { formatDuration } from '../base/duration.ts';
import type { ErrorFacts, MusterEvent } from '../journal/event.ts';
import type { MessageValues } from '../plan/template.ts';
import { oneLine } from './text.ts';

/** The system that an event is about, if it is about one. */
export function systemOf(event: MusterEvent): string | undefined {
  return 'system' in event ? event.system : undefined;
}

export function backupValues(event: MusterEvent): MessageValues['backup'] {
  if (event.type === 'backup.succeeded' || event.type === 'backup.partial') return valuesOf(event.backup);
  if ('backup' in event && 'system' in event && typeof event.backup === 'string')
    return { id: event.backup, system: event.system };
  return undefined;
}

function valuesOf(backup: BackupRecord): MessageValues['backup'] {
  const { id, system, type, status, startedAt, finishedAt, files, bytesTotal, bytesRead, bytesStored } = backup;
  const storage = backup.storage.filter((copy) => copy.status === 'stored').map((copy) => copy.name);
  return { id, system, type, status, startedAt, finishedAt, files, bytesTotal, bytesRead, bytesStored, storage };
}

/** What an event tells in a message: never what a command printed, and none of the evidence. */
export function eventValues(event: MusterEvent): MessageValues['event'] {
  return {
    type: event.type,
    at: event.at,
    step: 'step' in event ? event.step : undefined,
    status: statusOf(event),
    detail: detailOf(event),
    ...(event.type === 'verify.finished' ? { level: event.level, score: event.score, passed: event.passed } : {}),
    error: 'error' in event && event.error !== undefined ? errorValues(event.error) : undefined,
  };
}

function statusOf(event: MusterEvent): string | undefined {
  if ('status' in event) return event.status;
  return /^(?:backup|copy)\.(succeeded|partial|failed)$/.exec(event.type)?.[1];
}

function detailOf(event: MusterEvent): string | undefined {
  if (event.type === 'step.skipped') return event.reason;
  if (event.type === 'attempt.finished' && event.faults.length > 0) return faultsOf(event.faults);
  if (event.type === 'copy.failed') return `there is no copy in ${event.storage}`;
  if (event.type === 'copy.lagging') return lagText(event);
  if (event.type === 'run.interrupted') return `it ended without a result; unknown: ${event.steps.join(', ')}`;
  return undefined;
}

function lagText({ storage, lagMs, rpoMs }: Extract<MusterEvent, { readonly type: 'copy.lagging' }>): string {
  const behind = lagMs === undefined ? 'no backup is there' : `it is ${formatDuration(lagMs)} behind`;
  return `${storage}: ${behind}, the rpo is ${formatDuration(rpoMs)}`;
}

function faultsOf(faults: readonly { readonly path: string; readonly detail: string }[]): string {
  const shown = faults.slice(0, 5).map(({ path, detail }) => oneLine(`${path}: ${detail}`));
  const more = faults.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function errorValues({ code, message, hint }: ErrorFacts): NonNullable<NonNullable<MessageValues['event']>['error']> {
  return { code, message: bounded(message), hint: hint === undefined ? undefined : bounded(hint) };
}

/** An error may quote a line of what a server said; a message is no place for more. */
function bounded(text: string): string {
  const line = oneLine(text);
  return line.length <= 500 ? line : `${line.slice(0, 500).toWellFormed()}…`;
}
