import type { BackupRecord } from '../base/backup.ts';
import type { SourceDefinition } from '../plan/model/system.ts';
import { explainFault } from '../vault/immutable/explain.ts';
import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, problem, stepErrorOf, succeeded } from './outcome.ts';
import { definitionFor } from './restore/definition.ts';
import { snapshotIn } from './stored-copy.ts';
import { verificationFailed, verifyBackup, type VerificationSubject } from './verification.ts';

/** Checks a backup where it is stored. */
export const verifyStep: StepHandler<'verify'> = { readOnly: true, check, execute };

async function check({ backup, storage, level }: ActionOf<'verify'>, context: StepContext): Promise<StepFinding[]> {
  try {
    const { description } = await snapshotIn(storage, backup, context);
    return [ok(`would verify ${backup.id.slice(0, 8)} in ${description} at level ${level}`)];
  } catch (error) {
    return [problem('error', error)];
  }
}

async function execute(action: ActionOf<'verify'>, context: StepContext): Promise<StepOutcome> {
  const { backup, storage, level } = action;
  try {
    const { vault, snapshot } = await snapshotIn(storage, backup, context);
    const { system, source, manifest } = backup;
    const definition = (): SourceDefinition => definitionFor({ system, backup }, context);
    const counted = countedIn(backup);
    const subject = { vault, storage, snapshot, level, source, definition, manifest, counted };
    const verification = await verifyBackup(subject, context);
    const facts = { kind: 'verify', ...verification } as const;
    if (verification.passed) return succeeded(facts);
    return failed(facts, verificationFailed(`backup ${backup.id.slice(0, 8)} in ${storage}`, verification));
  } catch (error) {
    context.signal.throwIfAborted();
    const fault = await explainFault(() => context.store(storage), error);
    return failed({ kind: 'verify', score: 0, passed: false, checks: [] }, stepErrorOf(fault));
  }
}

/** A record without any file says nothing of what should be in the backup: it may come from elsewhere. */
function countedIn({ files, bytesTotal: bytes }: BackupRecord): VerificationSubject['counted'] {
  return files === 0 ? undefined : { files, bytes };
}
