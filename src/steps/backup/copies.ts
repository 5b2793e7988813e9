import pLimit from 'p-limit';
import type { StoredCopy } from '../../base/backup.ts';
import { messageOf } from '../../base/error.ts';
import type { BackupExecution } from '../../schedule/execution.ts';
import type { Vault } from '../../vault/vault.ts';
import type { StepContext, StepOutcome } from '../handler.ts';
import { protectIn } from '../protect.ts';
import { inTurn } from './turn.ts';

export interface Copies {
  readonly storage: readonly StoredCopy[];
  readonly faults: StepOutcome['faults'];
  /** Faults of copies that are there, and could not be locked. */
  readonly unlocked: StepOutcome['faults'];
}

/** How many targets are copied to at once. */
const atOnce = 4;

/**
 * Brings a snapshot to the further targets of a backup, side by side; those that get it later are noted as waiting.
 * Nothing is thrown: the backup exists already, and a copy that could not be made, for whatever reason, is a fault of it.
 */
export async function makeCopies(
  from: Vault,
  snapshot: string,
  { copies, replication = 'synchronous', to }: Pick<BackupExecution, 'copies' | 'replication' | 'to'>,
  context: StepContext,
): Promise<Copies> {
  if (replication !== 'synchronous') return { storage: copies.map(waiting), faults: [], unlocked: [] };
  const results = await pLimit(atOnce).map(copies, (name) => makeCopy({ from, to, snapshot }, name, context));
  return {
    storage: results.map(({ copy }) => copy),
    faults: results.flatMap(({ faults }) => faults),
    unlocked: results.flatMap(({ unlocked }) => unlocked),
  };
}

function waiting(name: string): StoredCopy {
  return { name, snapshot: '', status: 'waiting' };
}

interface Original {
  readonly from: Vault;
  /** The target that `from` is in. */
  readonly to: string;
  readonly snapshot: string;
}

async function makeCopy({ from, to, snapshot }: Original, name: string, context: StepContext) {
  try {
    context.signal.throwIfAborted();
    const target = await context.vault(name, { create: true, like: to });
    const copy = await inTurn(target, () => from.copyTo(target, snapshot, context.signal));
    const made = { name, snapshot: copy.snapshot, status: 'stored' } as const;
    return { copy: made, faults: [], unlocked: await protectIn(target, { ...made, storage: name }, context) };
  } catch (error) {
    const fault = { path: name, kind: 'copy', detail: messageOf(error) };
    return { copy: { name, snapshot: '', status: 'failed' } as const, faults: [fault], unlocked: [] };
  }
}
