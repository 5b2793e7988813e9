import { messageOf, MusterError } from '../../base/error.ts';
import type { StepContext } from '../handler.ts';

/** By the run, which opens each target through one function: targets that a step of it could not open. */
const unusable = new WeakMap<StepContext['vault'], Map<string, { readonly step: string; readonly reason: string }>>();

/** Its own further tries are that step's business; others need not wait for the same target again. */
export function refuseUnusable(storage: string, { vault, step }: StepContext): void {
  const known = unusable.get(vault)?.get(storage);
  if (known === undefined || known.step === step) return;
  throw new MusterError(`not tried, because ${storage} could not be used before: ${known.reason}`, {
    code: 'copy-not-tried',
    hint: 'Run `muster copy` once it can be used again.',
  });
}

export function noteUnusable(storage: string, error: unknown, { vault, step }: StepContext): void {
  const known = unusable.get(vault) ?? new Map<string, { readonly step: string; readonly reason: string }>();
  unusable.set(vault, known.set(storage, { step, reason: messageOf(error) }));
}

export function noteUsable(storage: string, { vault }: StepContext): void {
  unusable.get(vault)?.delete(storage);
}
