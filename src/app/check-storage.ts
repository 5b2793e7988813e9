import type { Milliseconds } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import type { CaseResult, CheckReport } from '../storage/check/run.ts';
import type { TamperReport } from '../storage/check/tamper.ts';
import { named } from './named.ts';
import type { State } from './state.ts';

export type { CaseResult, TamperReport };

export interface CheckStorageOptions {
  readonly storage: string;
  readonly signal?: AbortSignal | undefined;
  /** Each case as it ends. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

export interface StorageCheck extends CheckReport {
  readonly duration: Milliseconds;
}

/** Throws `unknown-storage`, and what keeps the target from being written and read at all. */
export async function checkStorage(state: State, options: CheckStorageOptions): Promise<StorageCheck> {
  const { storage, signal, onResult } = options;
  const store = await state.stores.open(named(state.plan.storage, storage, 'storage'));
  const { checkStore } = await import('../storage/check/run.ts');
  const begun = state.clock.now();
  const report = await checkStore(store, { clock: state.clock, signal, ...(onResult && { onResult }) });
  return { ...report, duration: state.clock.now() - begun };
}

/** The verdict is kept in the journal. Throws `unknown-storage`, `not-tested`. */
export async function tamperStorage(state: State, storage: string): Promise<TamperReport> {
  const store = await state.stores.open(named(state.plan.storage, storage, 'storage'));
  if (!store.tamper)
    throw new MusterError(`it is not known how ${store.description} could be attacked`, {
      code: 'not-tested',
      hint: 'Try by hand, with the credentials of the plan, to delete and to overwrite an object.',
    });
  const { tamperWith } = await import('../storage/check/tamper.ts');
  const report = await tamperWith(store);
  const attempts = report.attempts.map(({ kind, outcome }) => ({ kind, outcome }));
  state.note({ type: 'storage.tested', storage, verdict: report.verdict, attempts });
  return report;
}
