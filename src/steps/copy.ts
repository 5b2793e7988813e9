import type { BackupRecord } from '../base/backup.ts';
import { codeOf, MusterError } from '../base/error.ts';
import { copyFromFirst } from './copy/sources.ts';
import { refuseUnusable, noteUnusable, noteUsable } from './copy/unusable.ts';
import { inTurn } from './backup/turn.ts';
import type { ActionOf, MadeCopy, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, partial, problem, stepErrorOf, succeeded } from './outcome.ts';
import { protectIn } from './protect.ts';
import type { Vault } from '../vault/vault.ts';

/** Brings a backup to a further storage target. Done twice, it finds the copy that is there. */
export const copyStep: StepHandler<'copy'> = { readOnly: false, check, execute };

async function check(action: ActionOf<'copy'>, context: StepContext): Promise<readonly StepFinding[]> {
  const { storage, from } = action;
  try {
    const { description } = await context.vault(storage);
    return [ok(`would copy from ${from.join(', else ')} to ${description}`)];
  } catch (error) {
    if (codeOf(error) !== 'vault-missing') return [problem('error', error)];
    return [ok(`would make a vault in ${storage} and copy from ${from.join(', else ')} to it`)];
  }
}

async function execute(action: ActionOf<'copy'>, context: StepContext): Promise<StepOutcome> {
  const { storage, backup } = action;
  try {
    refuseUnusable(storage, context);
    const claim = context.claim?.(`copy:${storage}/${backup.id}`);
    try {
      return await copyUnlessThere(action, context);
    } finally {
      claim?.release();
    }
  } catch (error) {
    context.signal.throwIfAborted();
    if (codeOf(error) === 'run-locked') return leftToOther(action, error);
    return failed({ kind: 'copy', storage, copy: undefined }, stepErrorOf(error));
  }
}

/** Another run may have made it since this one was planned, or have removed the backup. */
async function copyUnlessThere(action: ActionOf<'copy'>, context: StepContext): Promise<StepOutcome> {
  const { storage } = action;
  const backup = context.backup === undefined ? action.backup : context.backup(action.backup.id);
  if (backup === undefined) throw isGone(action);
  const target = await openTarget(action, context);
  if (await isThere(target, storage, backup))
    return succeeded({ kind: 'copy', storage, copy: undefined }, { output: `it is in ${storage} already` });
  const { copy, passedOver } = await copyTo(target, { ...action, backup }, context);
  const output = [...passedOver.map((reason) => `passed over ${reason}`), `copied from ${copy.from}`].join('\n');
  const faults = await protectIn(target, { storage, snapshot: copy.snapshot }, context);
  const facts = { kind: 'copy', storage, copy } as const;
  return faults.length === 0 ? succeeded(facts, { output }) : partial(facts, { output, faults });
}

async function isThere(target: Vault, storage: string, backup: BackupRecord): Promise<boolean> {
  const known = backup.storage.find(({ name, status }) => name === storage && status === 'stored');
  if (known === undefined) return false;
  try {
    await target.snapshot(known.snapshot);
    return true;
  } catch (error) {
    if (codeOf(error) === 'snapshot-missing') return false;
    throw error;
  }
}

async function openTarget({ storage, from }: ActionOf<'copy'>, context: StepContext): Promise<Vault> {
  try {
    const target = await context.vault(storage, { create: true, like: from[0] });
    noteUsable(storage, context);
    return target;
  } catch (error) {
    noteUnusable(storage, error, context);
    throw error;
  }
}

async function copyTo(
  target: Vault,
  action: ActionOf<'copy'>,
  context: StepContext,
): Promise<{ readonly copy: MadeCopy; readonly passedOver: readonly string[] }> {
  return await copyFromFirst(action, context, async ({ storage: from, vault, snapshot }) => {
    const made = await inTurn(target, () => vault.copyTo(target, snapshot, context.signal, context.onProgress));
    return { ...made, from };
  });
}

/** Not there yet, and not this run's to make. */
function leftToOther({ storage, backup }: ActionOf<'copy'>, error: unknown): StepOutcome {
  const { message: detail } = stepErrorOf(error);
  return partial(
    { kind: 'copy', storage, copy: undefined },
    { faults: [{ path: backup.id.slice(0, 8), kind: 'locked', detail: `another run is making this copy: ${detail}` }] },
  );
}

function isGone({ backup }: ActionOf<'copy'>): MusterError {
  return new MusterError(`the backup ${backup.id.slice(0, 8)} has been removed meanwhile`, {
    code: 'backup-missing',
    hint: 'Nothing is to be done.',
  });
}
