import type { Instant, Milliseconds } from '../base/clock.ts';
import type { Retry } from '../plan/model/common.ts';
import type { BackupType, VerifyLevel } from '../plan/model/system.ts';

/** A backup that is to be made: what `preview` prints and what the engine executes. */
export interface BackupExecution {
  readonly at: Instant;
  /** Zone of the schedule, for printing `at`. */
  readonly timezone: string;
  readonly system: string;
  /** Undefined: asked for by hand. */
  readonly schedule: string | undefined;
  readonly type: BackupType;
  readonly to: string;
  readonly copies: readonly string[];
  readonly verify: VerifyLevel | undefined;
  readonly priority: number;
  readonly timeout: Milliseconds | undefined;
  readonly retry: Retry;
}
