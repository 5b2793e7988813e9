import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, problem, stepErrorOf, succeeded } from './outcome.ts';

/** Frees what no snapshot in a storage target needs. */
export const pruneStep: StepHandler<'prune'> = { readOnly: false, check, execute };

async function check({ storage }: ActionOf<'prune'>, context: StepContext): Promise<readonly StepFinding[]> {
  try {
    const vault = await context.vault(storage);
    const { bytesFreed } = await vault.prune({ mode: 'plan', signal: context.signal });
    return [ok(`would free ${bytesFreed} bytes on ${vault.description}`)];
  } catch (error) {
    return [problem('error', error)];
  }
}

async function execute({ storage }: ActionOf<'prune'>, context: StepContext): Promise<StepOutcome> {
  const { signal, onProgress } = context;
  try {
    const vault = await context.vault(storage);
    const { bytesFreed, locked } = await vault.prune({ mode: 'apply', signal, onProgress });
    return succeeded({ kind: 'prune', storage, bytesFreed, ...(locked.packs > 0 && { locked }) });
  } catch (error) {
    signal.throwIfAborted();
    return failed({ kind: 'prune', storage, bytesFreed: 0 }, stepErrorOf(error));
  }
}
