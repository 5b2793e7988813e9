import type { Milliseconds } from '../base/clock.ts';
import { stateOfOwner } from '../base/owned-name.ts';

/** True for a temporary file that its writer won't come back for. `age`: since it was written to. */
export function isAbandoned(name: string, age: Milliseconds): boolean {
  return age > patience[stateOfOwner(name)];
}

const hour = 3_600_000;

/** How long a file must have been untouched. Of an owner that can't be asked, one day is past any pause. */
const patience = { running: Infinity, gone: hour, unknown: 24 * hour };
