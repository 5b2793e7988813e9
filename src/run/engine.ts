export type { RunContext, RunEffects, RunListener, RunRequest, RunResult } from './request.ts';
