import { MusterError } from '../base/error.ts';
import type { SourceFinding } from './source.ts';

/** A fault that was foreseen, as a finding; what may pass by itself is a warning. Anything else is thrown again. */
export function findingOf(error: unknown): SourceFinding {
  if (!(error instanceof MusterError)) throw error;
  const { code, message, hint = '', retryable } = error;
  return { severity: retryable ? 'warning' : 'error', code, message, hint };
}
