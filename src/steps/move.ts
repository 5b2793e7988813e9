import type { BackupRecord } from '../base/backup.ts';
import type { Instant } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { copyStep } from './copy.ts';
import { forgetStep } from './forget.ts';
import type { ActionOf, MadeCopy, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, partial, stepErrorOf, succeeded } from './outcome.ts';
import { verifyStep } from './verify.ts';

/**
 * Brings a backup to another storage target unless it is there, checks it there, and only then takes it away here. Whatever
 * fails, it stays; done twice, it goes on where it stopped.
 */
export const moveStep: StepHandler<'move'> = { readOnly: false, check, execute };

async function check(action: ActionOf<'move'>, context: StepContext): Promise<readonly StepFinding[]> {
  const { to, from } = action;
  const findings = await copyStep.check(copyOf(action), context);
  return [...findings, ok(`would then take it away from ${from}, when it is sound in ${to}`)];
}

async function execute(action: ActionOf<'move'>, context: StepContext): Promise<StepOutcome> {
  const nothing = { kind: 'move', from: action.from, to: action.to, copy: undefined, removed: false } as const;
  const copied = await copyStep.execute(copyOf(action), context);
  const copy = copied.facts.kind === 'copy' ? copied.facts.copy : undefined;
  if (copied.status !== 'succeeded') return { ...copied, facts: { ...nothing, copy } };
  const facts = { ...nothing, copy };
  try {
    const backup = latest(action, context);
    const verified = await verifyThere(action, { backup, copy }, context);
    if (verified.status !== 'succeeded') return { ...verified, facts };
    const removed = await removeHere(action, backup, context);
    if (removed.status !== 'succeeded') return { ...removed, facts };
    const [locked] = (removed.facts.kind === 'forget' && removed.facts.locked) || [];
    if (locked) return partial(facts, { output: copied.output, faults: [staysLocked(action, locked.until)] });
    return succeeded({ ...facts, removed: true }, { output: copied.output });
  } catch (error) {
    context.signal.throwIfAborted();
    return failed(facts, stepErrorOf(error));
  }
}

function staysLocked({ backup, from, to }: ActionOf<'move'>, until: Instant): StepOutcome['faults'][number] {
  const detail = `it is in ${to} now, and stays in ${from}, which keeps it locked until ${new Date(until).toISOString()}`;
  return { path: backup.id.slice(0, 8), kind: 'locked', detail };
}

function copyOf({ backup, from, to }: ActionOf<'move'>): ActionOf<'copy'> {
  return { kind: 'copy', backup, storage: to, from: [from] };
}

/** As the catalog has it now. */
function latest({ backup: { id }, backup: planned }: ActionOf<'move'>, { backup }: StepContext): BackupRecord {
  const found = backup === undefined ? planned : backup(id);
  if (found !== undefined) return found;
  throw new MusterError(`the backup ${id.slice(0, 8)} has been removed meanwhile`, {
    code: 'backup-missing',
    hint: 'Nothing is to be done.',
  });
}

/** The copy that was just made is on record only when this step has ended. */
async function verifyThere(
  { to }: ActionOf<'move'>,
  { backup, copy }: { readonly backup: BackupRecord; readonly copy: MadeCopy | undefined },
  context: StepContext,
): Promise<StepOutcome> {
  const others = copy === undefined ? backup.storage : backup.storage.filter(({ name }) => name !== to);
  const made = copy === undefined ? [] : [{ name: to, snapshot: copy.snapshot, status: 'stored' } as const];
  const there = { ...backup, storage: [...others, ...made] };
  return await verifyStep.execute({ kind: 'verify', backup: there, level: 'standard', storage: to }, context);
}

async function removeHere(
  { from }: ActionOf<'move'>,
  { id, system, storage }: BackupRecord,
  context: StepContext,
): Promise<StepOutcome> {
  const here = storage.filter(({ name, status }) => name === from && status === 'stored');
  const copies = here.map(({ snapshot }) => ({ backup: id, system, snapshot }));
  return await forgetStep.execute({ kind: 'forget', storage: from, copies, last: 'remove' }, context);
}
