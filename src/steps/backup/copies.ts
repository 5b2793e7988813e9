import type { StoredCopy } from '../../base/backup.ts';
import { messageOf } from '../../base/error.ts';
import type { Vault } from '../../vault/vault.ts';
import type { StepContext, StepOutcome } from '../handler.ts';
import { inTurn } from './turn.ts';

export interface Copies {
  readonly storage: readonly StoredCopy[];
  readonly faults: StepOutcome['faults'];
}

/**
 * Brings a snapshot to further targets, one after the other. Nothing is thrown: the backup exists already, and a copy
 * that could not be made, for whatever reason, is a fault of it.
 */
export async function makeCopies(
  from: Vault,
  snapshot: string,
  targets: readonly string[],
  context: StepContext,
): Promise<Copies> {
  const results = [];
  for (const name of targets) results.push(await makeCopy(from, snapshot, name, context));
  return { storage: results.map(({ copy }) => copy), faults: results.flatMap(({ faults }) => faults) };
}

async function makeCopy(from: Vault, snapshot: string, name: string, context: StepContext) {
  try {
    context.signal.throwIfAborted();
    const target = await context.vault(name, { create: true });
    const copy = await inTurn(target, () => from.copyTo(target, snapshot, context.signal));
    return { copy: { name, snapshot: copy.snapshot, status: 'stored' } as const, faults: [] };
  } catch (error) {
    const fault = { path: name, kind: 'copy', detail: messageOf(error) };
    return { copy: { name, snapshot: '', status: 'failed' } as const, faults: [fault] };
  }
}
