import { formatDiagnostics, MusterError, type Diagnostic, type LoadResult } from '../index.ts';
import type { Session } from './session.ts';

/** A plan with errors: carries what `loadPlan` found. */
export class PlanInvalidError extends MusterError {
  readonly result: LoadResult;

  constructor(result: LoadResult) {
    const count = result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    super(`the plan has ${count} ${count === 1 ? 'error' : 'errors'}`, {
      code: 'plan-invalid',
      hint: 'Mend the plan; muster validate shows the findings.',
    });
    this.result = result;
  }
}

/** Wrong use of the command line. */
export function usageError(message: string, hint: string): MusterError {
  return new MusterError(message, { code: 'usage', hint });
}

const exitCodes: Readonly<Record<string, number>> = {
  usage: 2,
  'plan-invalid': 2,
  'plan-missing': 2,
  'run-locked': 11,
  'vault-locked': 11,
};

export function exitCodeOf(error: unknown, session: Session): number {
  if (session.signal.aborted) return 130;
  return error instanceof MusterError ? (exitCodes[error.code] ?? 1) : 1;
}

/** Prints what went wrong: on stdout as JSON where that was asked for, else on stderr. */
export function reportError(error: unknown, session: Session): void {
  if (error instanceof PlanInvalidError && !session.globals().json) session.tell(findings(error.result, session));
  const facts = factsOf(error, session);
  if (session.globals().json) session.print(JSON.stringify({ error: { ...facts, ...diagnosticsOf(error) } }, null, 2));
  else session.tell(`error[${facts.code}]: ${facts.message}${facts.hint ? `\n  hint: ${facts.hint}` : ''}`);
  if (session.globals().verbose && error instanceof Error && !(error instanceof MusterError))
    session.tell(error.stack ?? '');
}

function factsOf(error: unknown, session: Session): { code: string; message: string; hint: string | undefined } {
  if (error instanceof MusterError) return { code: error.code, message: error.message, hint: error.hint };
  if (session.signal.aborted) return { code: 'interrupted', message: 'interrupted', hint: undefined };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message,
    hint: 'This is a fault of muster: run it again with --verbose and report what it prints.',
  };
}

function diagnosticsOf(error: unknown): { readonly diagnostics?: readonly Diagnostic[] } {
  return error instanceof PlanInvalidError ? { diagnostics: error.result.diagnostics } : {};
}

function findings(result: LoadResult, session: Session): string {
  return formatDiagnostics(result.diagnostics, result.sources, {
    format: 'text',
    cwd: session.cwd,
    color: session.interactive() && session.globals().color,
  });
}
