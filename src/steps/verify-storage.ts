import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, problem, stepErrorOf, succeeded } from './outcome.ts';
import { verificationFailed, verifyStorage } from './verification.ts';

/** Checks everything in a storage target, to the last byte. */
export const verifyStorageStep: StepHandler<'verify-storage'> = { readOnly: true, check, execute };

async function check({ storage }: ActionOf<'verify-storage'>, context: StepContext): Promise<readonly StepFinding[]> {
  try {
    const { description } = await context.vault(storage);
    return [ok(`would read all of ${description}`)];
  } catch (error) {
    return [problem('error', error)];
  }
}

async function execute({ storage }: ActionOf<'verify-storage'>, context: StepContext): Promise<StepOutcome> {
  const kind = 'verify-storage';
  try {
    const vault = await context.vault(storage, { damagedIndex: 'pass-over' });
    const verification = await verifyStorage(vault, storage, context);
    const facts = { kind, storage, ...verification } as const;
    return verification.passed ? succeeded(facts) : failed(facts, verificationFailed(storage, verification));
  } catch (error) {
    context.signal.throwIfAborted();
    return failed({ kind, storage, score: 0, passed: false, checks: [] }, stepErrorOf(error));
  }
}
