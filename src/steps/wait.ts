import { formatDuration } from '../base/duration.ts';
import type { StepHandler } from './handler.ts';
import { ok, succeeded } from './outcome.ts';

/** Lets time pass. */
export const waitStep: StepHandler<'wait'> = {
  readOnly: true,
  check: async ({ ms }) => [ok(`would wait ${formatDuration(ms)}`)],
  execute: async ({ ms }, { clock, signal }) => {
    await clock.sleep(ms, signal);
    return succeeded({ kind: 'wait' });
  },
};
