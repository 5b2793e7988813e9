import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, problem, stepErrorOf, succeeded } from './outcome.ts';
import { snapshotIn } from './stored-copy.ts';
import { verificationFailed, verifySnapshot } from './verification.ts';

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
    const verification = await verifySnapshot(vault, { snapshot, level }, context);
    const facts = { kind: 'verify', ...verification } as const;
    if (verification.passed) return succeeded(facts);
    return failed(facts, verificationFailed(`backup ${backup.id.slice(0, 8)} in ${storage}`, verification));
  } catch (error) {
    context.signal.throwIfAborted();
    return failed({ kind: 'verify', score: 0, passed: false, checks: [] }, stepErrorOf(error));
  }
}
