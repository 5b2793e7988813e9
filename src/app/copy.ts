import type { BackupRecord, StoredCopy } from '../base/backup.ts';
import { MusterError } from '../base/error.ts';
import type { RunRecord } from '../journal/journal.ts';
import { isDue, isStored, missingCopies, planCopies, wantedFor, type MissingCopy } from '../order/copy-plan.ts';
import { noCopyError, storageOf } from '../order/choose-backup.ts';
import type { PlannedStep } from '../order/step.ts';
import type { AwaitedCopy } from '../retention/awaited.ts';
import { decide } from '../retention/decide.ts';
import { backupOf } from './catalog.ts';
import { execute } from './engine.ts';
import { tellLag } from './lag.ts';
import { named } from './named.ts';
import { endOf, errorOf, factsOf } from './record.ts';
import type { CopyLine, CopyOptions, CopyOutcome, RunOutcome } from './requests.ts';
import type { State } from './state.ts';

/**
 * What is missing by the plan, as steps. What is in a target is what the catalog says; only of the one that is named in
 * `to` it is looked up, so that one which has lost its backups is filled again when somebody says so.
 */
export async function plannedCopies(state: State, options: CopyOptions): Promise<readonly PlannedStep[]> {
  const { to, backup: id, systems = [] } = options;
  if (to !== undefined) named(state.plan.storage, to, 'storage');
  for (const name of systems) named(state.plan.systems, name, 'system');
  const backup = id === undefined ? undefined : backupOf(state, id);
  const asHeld = to === undefined ? (known: BackupRecord) => known : await whatIsHeld(state, to);
  if (backup !== undefined && to !== undefined) return stepsFor(state, asAsked(state, asHeld(backup), to));
  const now = state.clock.now();
  const { backups, keeps } = keptIn(state, systems);
  const missing = missingCopies(state.plan, { backups: backups.map(asHeld), keeps, storage: to })
    .filter((copy) => backup === undefined || copy.backup.id === backup.id)
    .filter((copy) => options.which !== 'due' || isDue(state.plan, copy, now));
  return stepsFor(state, missing);
}

/** Makes what is missing. Nothing is put on record when nothing is. */
export async function copy(state: State, options: CopyOptions): Promise<CopyOutcome> {
  const steps = await plannedCopies(state, options);
  const outcome = await carryOut(state, steps, options.signal);
  await tellLag(state, options.systems);
  return outcome;
}

/** The copies that a run of backups leaves to be made right after it. */
export async function copyAfter(
  state: State,
  backups: readonly BackupRecord[],
  signal: AbortSignal | undefined,
): Promise<CopyOutcome> {
  const following = backups.filter(({ system }) => {
    return state.plan.systems.get(system)?.storage?.replication?.mode === 'asynchronous';
  });
  const missing = missingCopies(state.plan, { backups: following, keeps: () => true });
  return await carryOut(state, stepsFor(state, missing), signal);
}

/** Copies that the plan wants and nobody has made yet, whenever they are due; by the catalog. */
export function awaitedCopies(state: State): readonly AwaitedCopy[] {
  const missing = missingCopies(state.plan, keptIn(state, []));
  return missing.map(({ backup, storage, from }) => ({ backup: backup.id, storage, from }));
}

/** Takes away what the catalog says of a target and is not there. One that can't be opened is taken at its word. */
async function whatIsHeld(state: State, storage: string): Promise<(backup: BackupRecord) => BackupRecord> {
  const held = await snapshotsIn(state, storage);
  if (held === undefined) return (backup) => backup;
  const isThere = ({ name, status, snapshot }: StoredCopy): boolean =>
    name !== storage || status !== 'stored' || held.has(snapshot);
  return (backup) => ({ ...backup, storage: backup.storage.filter(isThere) });
}

async function snapshotsIn(state: State, storage: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const vault = await state.vaults.open(storage, { purpose: 'copy' });
    return new Set((await vault.storedAt()).keys());
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return error.code === 'vault-missing' ? new Set() : undefined;
  }
}

/** Whatever the plan says of it. */
function asAsked({ plan }: State, backup: BackupRecord, storage: string): readonly MissingCopy[] {
  const from = storageOf(plan, backup);
  if (from.length === 0) throw noCopyError(backup, undefined);
  return isStored(backup, storage) ? [] : [{ backup, storage, from }];
}

/** What retention would remove at the next occasion is not worth a copy. */
function keptIn(state: State, systems: readonly string[]) {
  const backups = state.catalog().backups();
  const decisions = decide(state.plan, backups.map(asWanted(state.plan)), state.clock.now());
  const gone = new Set(decisions.flatMap((each) => (each.action === 'delete' ? keyOf(each) : [])));
  const own = (name: string): string | undefined =>
    state.plan.storage.get(name)?.retention === undefined ? undefined : name;
  return {
    backups: backups.filter(({ system }) => systems.length === 0 || systems.includes(system)),
    keeps: ({ id }: BackupRecord, storage: string) => !gone.has(keyOf({ backup: id, storage: own(storage) })),
  };
}

/** As if it were everywhere already: so it is judged there. */
function asWanted(plan: State['plan']): (backup: BackupRecord) => BackupRecord {
  return (backup) => {
    const missing = wantedFor(plan, backup).filter((name) => !isStored(backup, name));
    const copies = missing.map((name) => ({ name, snapshot: '', status: 'stored' }) as const);
    return { ...backup, storage: [...backup.storage, ...copies] };
  };
}

function keyOf({ backup, storage }: { readonly backup: string; readonly storage: string | undefined }): string {
  return JSON.stringify([backup, storage ?? null]);
}

function stepsFor(state: State, missing: readonly MissingCopy[]): readonly PlannedStep[] {
  const catalog = state.catalog();
  return planCopies(state.plan, missing, (system, storage) => catalog.measuredCopy(system, storage));
}

/** Targets that are written to at once. */
const atOnce = 4;

async function carryOut(
  state: State,
  steps: readonly PlannedStep[],
  signal: AbortSignal | undefined,
): Promise<CopyOutcome> {
  if (steps.length === 0) return { run: undefined, copies: [] };
  const targets = new Set(steps.flatMap(({ action }) => (action.kind === 'copy' ? action.storage : [])));
  const run = await execute(state, {
    kind: 'copy',
    name: [...targets].join(', '),
    steps,
    concurrency: Math.min(targets.size, atOnce),
    onFailure: 'continue',
    signal,
  });
  return { run, copies: steps.flatMap((step) => lineOf(step, run)) };
}

function lineOf({ id, action }: PlannedStep, { record }: RunOutcome): readonly CopyLine[] {
  if (action.kind !== 'copy') return [];
  const { backup, storage } = action;
  const end = endOf(record, id);
  const made = factsOf(end, 'copy')?.copy;
  const notes = [...(end?.output?.split('\n') ?? []), ...(end?.faults.map(({ detail }) => detail) ?? [])];
  return [
    {
      backup: backup.id,
      system: backup.system,
      storage,
      status: statusOf(record, id),
      from: made?.from,
      bytesStored: made?.bytesStored,
      notes,
      error: errorOf(record, id),
    },
  ];
}

function statusOf(record: RunRecord, id: string): CopyLine['status'] {
  const end = endOf(record, id);
  if (end === undefined || end.error?.code === 'copy-not-tried') return 'not-tried';
  if (end.status === 'failed' || end.status === 'cancelled') return 'failed';
  return factsOf(end, 'copy')?.copy === undefined ? 'elsewhere' : 'stored';
}
