import type { Instant, Milliseconds } from '../base/clock.ts';
import type { Retry } from '../plan/model/common.ts';
import type { BackupType, Replication, VerifyLevel } from '../plan/model/system.ts';

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
  /** Further targets that get it, by whatever `replication` says. */
  readonly copies: readonly string[];
  /** Undefined: synchronous. */
  readonly replication?: Replication['mode'] | undefined;
  readonly verify: VerifyLevel | undefined;
  readonly priority: number;
  readonly timeout: Milliseconds | undefined;
  readonly retry: Retry;
}

/** A time at which the copies of a system are brought up to date: what `schedule` shows of `replication: batch`. */
export interface CopyExecution {
  readonly at: Instant;
  /** Zone of the schedule, for printing `at`. */
  readonly timezone: string;
  readonly system: string;
  readonly to: readonly string[];
}
