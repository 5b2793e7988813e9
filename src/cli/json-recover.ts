import type { RecoverOutcome } from '../index.ts';
import { stepJson } from './json.ts';

/** `rto` and `rpo` in seconds; the report within is as the library returns it, in milliseconds. */
export function recoverJson(outcome: RecoverOutcome): object {
  const { run, mode, status, record, report } = outcome;
  return {
    run,
    mode,
    status,
    steps: record.steps.map(stepJson),
    rto: inSeconds(report.rto),
    rpo: inSeconds(report.rpo),
    report,
  };
}

function inSeconds(objective: RecoverOutcome['report']['rto']): object {
  const { target, achieved } = objective;
  return { ...objective, target: seconds(target), achieved: seconds(achieved) };
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : ms / 1000;
}
