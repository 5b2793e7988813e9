import type { RecoverOutcome } from '../index.ts';
import { stepJson } from './json.ts';

export function recoverJson(outcome: RecoverOutcome): object {
  const { run, mode, status, record, report } = outcome;
  return { run, mode, status, steps: record.steps.map(stepJson), rto: report.rto, rpo: report.rpo, report };
}
