import type { Instant } from '../base/clock.ts';

/** Half open: `from` is in it, `until` is not. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}
