import type { Milliseconds } from '../base/clock.ts';
import type { Recorder } from './recorder.ts';
import type { RunContext, RunEffects, RunRequest } from './request.ts';

/** What all parts of the engine share while one run lasts. */
export interface RunSite {
  readonly request: RunRequest;
  readonly effects: RunEffects;
  readonly context: RunContext;
  readonly recorder: Recorder;
  /** Aborted when the run is cancelled, or cannot go on. */
  readonly signal: AbortSignal;
  readonly grace: Milliseconds;
}
