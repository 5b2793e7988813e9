import { MusterError } from '../../base/error.ts';
import type { Instant } from '../../base/clock.ts';
import type { BackupExecution } from '../../schedule/execution.ts';
import type { Capture } from '../../sources/source.ts';
import type { BackupResult, Vault } from '../../vault/vault.ts';
import type { StepContext, StepOutcome } from '../handler.ts';
import { refuseOwnStorage } from './own-storage.ts';
import { findBasis, type Basis } from './parent.ts';
import { inTurn } from './turn.ts';

export interface Storing {
  readonly execution: BackupExecution;
  readonly context: StepContext;
  readonly vault: Vault;
  readonly capture: Capture;
  readonly startedAt: Instant;
}

export interface Stored extends Basis {
  readonly result: BackupResult;
  /** What went wrong while the capture was given up. */
  readonly faults: StepOutcome['faults'];
}

/**
 * Stores what was captured and gives the capture up, whatever happens. A capture that can't be given up (a system that
 * stays frozen) is a fault of the backup, or is added to the error that ended it: it is never silent.
 */
export async function storeAndRelease(storing: Storing): Promise<Stored> {
  const stored = await settled(store(storing));
  const late = await settled(storing.capture.release());
  if ('error' in stored) throw 'error' in late ? withLate(stored.error, late.error) : stored.error;
  return { ...stored.value, faults: 'error' in late ? [lateFault(storing, late.error)] : [] };
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

async function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

function withLate(error: unknown, late: unknown): unknown {
  if (!(error instanceof MusterError) || !(late instanceof MusterError)) return late;
  const { code, hint = '', retryable, message } = error;
  return new MusterError(`${message}; besides, ${late.message}`, {
    code,
    hint: `${late.hint ?? ''} ${hint}`.trim(),
    retryable,
    cause: error,
  });
}

function lateFault({ execution }: Storing, error: unknown): Stored['faults'][number] {
  if (!(error instanceof MusterError)) throw error;
  const detail = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
  return { path: execution.system, kind: error.code, detail };
}

async function store({ execution, context, vault, capture, startedAt }: Storing): Promise<Omit<Stored, 'faults'>> {
  refuseOwnStorage(capture.roots, context.plan);
  const basis = await findBasis(execution, vault, context);
  const { roots, paths } = capture;
  const request = {
    roots,
    paths,
    parent: basis.parent,
    tags: tagsOf({ ...execution, type: basis.type }, context.run),
    time: startedAt,
    compression: context.plan.systems.get(execution.system)?.compression,
    signal: capture.ended ? AbortSignal.any([context.signal, capture.ended]) : context.signal,
    onProgress: withTotals(execution.system, context),
  };
  const result = await inTurn(vault, () => vault.backup(request));
  // What was read after the end of the view, before anybody noticed, may not be of that one moment.
  capture.ended?.throwIfAborted();
  return { ...basis, result };
}

/** How much there is to read shows only while reading; until it is more, the size of the last backup stands for it. */
function withTotals(system: string, { newestBackup, onProgress }: StepContext): StepContext['onProgress'] {
  const last = newestBackup(system);
  if (!last) return onProgress;
  return (progress) => {
    const {
      filesTotal = Math.max(last.files, progress.files),
      bytesTotal = Math.max(last.bytesTotal, progress.bytes),
    } = progress;
    onProgress({ ...progress, filesTotal, bytesTotal });
  };
}

/** What a catalog is rebuilt from when only the storage is left. */
function tagsOf({ system, type, schedule }: BackupExecution, run: string): readonly string[] {
  const tags = [`muster:system=${system}`, `muster:type=${type}`, `muster:run=${run}`];
  return schedule === undefined ? tags : [...tags, `muster:schedule=${schedule}`];
}
