import type { Clock } from '../base/clock.ts';

export interface OpenOptions {
  /** Folder of the journal. Default: `.muster` beside the plan. */
  readonly state?: string;
  /** Where `{ env: NAME }` secrets are found. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Who asks, for the record. Default: `user@host`. */
  readonly by?: string;
}
