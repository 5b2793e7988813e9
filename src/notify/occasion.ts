import type { BackupRecord } from '../base/backup.ts';
import type { Instant, Milliseconds } from '../base/clock.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { RunFacts } from './run-facts.ts';

/** What a message is sent for: all that its text may speak of. */
export interface Occasion {
  readonly now: Instant;
  readonly run?: RunFacts | undefined;
  /** The event that a route answers to. */
  readonly event?: MusterEvent | undefined;
  readonly background?: RunBackground | undefined;
  /** The backups that the run has put back so far. */
  readonly restored?: readonly BackupRecord[] | undefined;
}

/** What the plan of a run tells about it, and its events do not. */
export interface RunBackground {
  /** Systems that it recovers, backs up or checks, in its order. */
  readonly systems: readonly string[];
  /** How long it will take. */
  readonly estimate: Milliseconds | undefined;
}
