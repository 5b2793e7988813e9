import type { Instant } from '../base/clock.ts';
import type { ErrorFacts, MusterEventBody } from '../journal/event.ts';
import type { VerifyLevel } from '../plan/model/system.ts';
import type { ActionOf, StepError, StepFacts, Verification } from '../steps/handler.ts';
import type { PlannedStep } from '../order/step.ts';
import type { AttemptEnd } from './attempt.ts';

/** An attempt that is the last one of its step. */
export interface LastAttempt {
  readonly step: PlannedStep;
  readonly end: AttemptEnd;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

type FactsOf<K extends StepFacts['kind']> = Extract<StepFacts, { readonly kind: K }>;

/**
 * What the end of a step means for the systems of the plan, to be kept together with that end. Messages are recorded
 * by whoever sends them. A cancelled step says nothing about its system.
 */
export function evidenceOf(last: LastAttempt): readonly MusterEventBody[] {
  const { step, end } = last;
  const { action } = step;
  if (action.kind === 'backup') return backupEvidence(action, end);
  if (action.kind === 'copy') return copyEvidence(action, last);
  if (action.kind === 'move') return moveEvidence(action, last);
  if (end.facts?.kind === 'forget') return removalEvidence(end.facts);
  if (end.facts?.kind === 'repair') return repairEvidence(end.facts);
  if (action.kind === 'verify' && end.facts?.kind === 'verify') return verifyEvidence(action, end.facts);
  if (action.kind === 'restore' && end.facts?.kind === 'restore') return restoreEvidence(action, last, end.facts);
  return [];
}

function backupEvidence({ execution }: ActionOf<'backup'>, { status, facts, error }: AttemptEnd): MusterEventBody[] {
  const { system, verify: level } = execution;
  if (status === 'cancelled') return [];
  const backup = facts?.kind === 'backup' ? facts.backup : undefined;
  if (status === 'failed' || backup === undefined)
    return [{ type: 'backup.failed', system, error: errorFacts(error) ?? noBackup }];
  const recorded = { type: `backup.${status}`, system, backup } as const;
  const verification = facts?.kind === 'backup' ? facts.verification : undefined;
  if (verification === undefined || level === undefined) return [recorded];
  return [recorded, ...verificationEvidence({ system, backup: backup.id, level }, verification)];
}

const noBackup: ErrorFacts = { code: 'backup-missing', message: 'the step ended without a backup', hint: undefined };

/** A copy that was not even tried, or is being made by another run, says nothing. */
function copyEvidence({ backup, storage }: ActionOf<'copy'>, { end, startedAt, finishedAt }: LastAttempt) {
  const of = { system: backup.system, backup: backup.id, storage };
  const copy = end.facts?.kind === 'copy' ? end.facts.copy : undefined;
  // A partial one is there, and could not be locked.
  if (copy !== undefined && (end.status === 'succeeded' || end.status === 'partial'))
    return [{ type: 'copy.succeeded', ...of, ...copy, durationMs: Math.max(0, finishedAt - startedAt) } as const];
  const error = errorFacts(end.error);
  if (end.status !== 'failed' || error === undefined || error.code === 'copy-not-tried') return [];
  return [{ type: 'copy.failed', ...of, error } as const];
}

/** In this order: a backup without any copy would leave the catalog. */
function moveEvidence({ backup: { id, system }, from, to }: ActionOf<'move'>, last: LastAttempt): MusterEventBody[] {
  const { facts } = last.end;
  if (facts?.kind !== 'move') return [];
  const { copy, removed } = facts;
  const durationMs = Math.max(0, last.finishedAt - last.startedAt);
  const made = copy && ({ type: 'copy.succeeded', system, backup: id, storage: to, ...copy, durationMs } as const);
  const gone = { type: 'backup.removed', system, backup: id, storage: from, movedTo: to } as const;
  return [...(made ? [made] : []), ...(removed ? [gone] : [])];
}

/** Whatever became of the step: what is gone is gone. */
function removalEvidence({ storage, removed }: FactsOf<'forget'>): MusterEventBody[] {
  return removed.map(({ backup, system }) => ({ type: 'backup.removed', system, backup, storage }));
}

function repairEvidence({ storage, report }: FactsOf<'repair'>): MusterEventBody[] {
  return (report?.snapshots ?? []).flatMap(({ id, system, outcome, replacement }) =>
    system === undefined || outcome === 'left'
      ? []
      : [{ type: 'backup.repaired', system, storage, snapshot: id, replacement }],
  );
}

function verifyEvidence({ backup, level }: ActionOf<'verify'>, facts: FactsOf<'verify'>): MusterEventBody[] {
  return verificationEvidence({ system: backup.system, backup: backup.id, level }, facts);
}

/** A forensic verification restores: when all of it was as it should be, that is a proven restore like any other. */
function verificationEvidence(
  of: { readonly system: string; readonly backup: string; readonly level: VerifyLevel },
  { score, passed, restored }: Verification,
): MusterEventBody[] {
  const verified = { type: 'verify.finished', ...of, score, passed } as const;
  if (!passed || restored?.proven !== true) return [verified];
  const { system, backup } = of;
  const { durationMs } = restored;
  return [verified, { type: 'restore.finished', system, backup, status: 'succeeded', proven: true, durationMs }];
}

function restoreEvidence(
  { system, backup }: ActionOf<'restore'>,
  { end: { status }, startedAt, finishedAt }: LastAttempt,
  { proven }: FactsOf<'restore'>,
): MusterEventBody[] {
  if (status === 'failed' || status === 'cancelled') return [];
  const durationMs = Math.max(0, finishedAt - startedAt);
  return [{ type: 'restore.finished', system, backup: backup.id, status, proven, durationMs }];
}

export function errorFacts(error: StepError | undefined): ErrorFacts | undefined {
  return error === undefined ? undefined : { code: error.code, message: error.message, hint: error.hint };
}
