import { codeOf, MusterError } from '../base/error.ts';
import type { CopyToRemove } from '../order/step.ts';
import { systemOf } from '../vault/maintain/forget.ts';
import type { Vault } from '../vault/vault.ts';
import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, partial, problem, stepErrorOf, succeeded } from './outcome.ts';

/** Removes copies of backups from a storage target. */
export const forgetStep: StepHandler<'forget'> = { readOnly: false, check, execute };

async function check({ storage, copies }: ActionOf<'forget'>, context: StepContext): Promise<readonly StepFinding[]> {
  try {
    const { description } = await context.vault(storage);
    return [ok(`would remove ${copies.length} from ${description}`)];
  } catch (error) {
    return [problem('error', error)];
  }
}

async function execute(action: ActionOf<'forget'>, context: StepContext): Promise<StepOutcome> {
  const { storage } = action;
  try {
    return await remove(await context.vault(storage), action);
  } catch (error) {
    context.signal.throwIfAborted();
    return failed({ kind: 'forget', storage, removed: [] }, stepErrorOf(error));
  }
}

async function remove(vault: Vault, { storage, copies, last = 'keep' }: ActionOf<'forget'>): Promise<StepOutcome> {
  const refused: StepOutcome['faults'][number][] = [];
  const wanted: CopyToRemove[] = [];
  for (const copy of copies) {
    const detail = await reasonAgainst(vault, copy);
    if (detail === undefined) wanted.push(copy);
    else refused.push({ path: copy.backup, kind: 'refused', detail });
  }
  // Retention keeps at least one backup of each scope; one that is not on record there may not be counted on.
  const snapshots = wanted.map(({ snapshot }) => snapshot);
  const { locked } = await vault.forget({ snapshots, last });
  const ends = new Map(locked.map(({ id, until }) => [id, until]));
  const removed = wanted.flatMap(({ backup, system, snapshot }) => (ends.has(snapshot) ? [] : { backup, system }));
  const left = wanted.flatMap(({ backup, snapshot }) => {
    const until = ends.get(snapshot);
    return until === undefined ? [] : { backup, until };
  });
  const facts = { kind: 'forget', storage, removed, ...(left.length > 0 && { locked: left }) } as const;
  return refused.length === 0 ? succeeded(facts) : partial(facts, { faults: refused });
}

/** Only a snapshot that says itself that it is of this system is removed. One that is gone already may be. */
async function reasonAgainst(vault: Vault, { snapshot, system }: CopyToRemove): Promise<string | undefined> {
  try {
    const found = systemOf(await vault.snapshot(snapshot));
    return found === system ? undefined : `the snapshot ${snapshot.slice(0, 8)} is of ${found ?? 'another program'}`;
  } catch (error) {
    if (codeOf(error) === 'snapshot-missing') return undefined;
    if (error instanceof MusterError && !error.retryable) return error.message;
    throw error;
  }
}
