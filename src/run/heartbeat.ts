import type { Milliseconds } from '../base/clock.ts';
import { codeOf } from '../base/error.ts';
import type { RunEffects } from './request.ts';

const interval: Milliseconds = 15_000;

/**
 * Says every 15 seconds that this process is alive, as long as it is: by the machine's own timer, because a clock that
 * jumps must not make it look dead. `onLost` is called when another process has taken the run for dead all the same.
 */
export function startHeartbeat(
  run: string,
  { journal, clock }: Pick<RunEffects, 'journal' | 'clock'>,
  onLost: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => {
    try {
      journal.heartbeat(run, clock.now());
    } catch (error) {
      // A journal that cannot be written now may be so again: the next event of the run decides.
      if (codeOf(error) === 'lease-lost' || codeOf(error) === 'run-not-running') onLost(error);
    }
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}
