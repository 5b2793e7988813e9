import type { Milliseconds } from '../../base/clock.ts';
import type { Position } from '../../base/diagnostic.ts';

/** Something defined in a section under a name. */
export interface Named {
  readonly name: string;
  /** Where its name stands. */
  readonly at: Position;
}

export interface Objectives {
  readonly rto: Milliseconds | undefined;
  readonly rpo: Milliseconds | undefined;
  /** How old the last proven restore may be. */
  readonly proof: Milliseconds | undefined;
  /** How many storage targets must hold each backup. */
  readonly copies: number | undefined;
}

export interface Retry {
  /** Further tries after the first. Default 0. */
  readonly limit: number;
  readonly interval: Milliseconds;
  /** The interval is multiplied by this after each try. Default 1. */
  readonly backoff: number;
}
