import { formatDuration } from '../../base/duration.ts';
import type { Estimate } from '../../order/step.ts';

/** `5m (measured)`, `5m (estimate)`, `unknown`. */
export function durationLabel(estimate: Estimate): string {
  if (estimate.from === 'none') return 'unknown';
  return `${formatDuration(estimate.ms)} (${estimate.from === 'measured' ? 'measured' : 'estimate'})`;
}
