import { formatDiagnostics, messageOf, MusterError, type Diagnostic, type LoadResult } from '../language.ts';
import type { Session } from './session.ts';
import { counted } from './text/counted.ts';
import { oneLine } from './text/printable.ts';

/** A plan with errors: carries what `loadPlan` found. */
export class PlanInvalidError extends MusterError {
  readonly result: LoadResult;

  constructor(result: LoadResult) {
    const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    const found = errors > 0 ? counted(errors, 'error') : counted(result.diagnostics.length, 'warning');
    super(`the plan has ${found}`, {
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
  'bad-params': 2,
  'plan-invalid': 2,
  'plan-missing': 2,
  'run-locked': 11,
  'vault-locked': 11,
};

export function exitCodeOf(error: unknown, session: Session): number {
  if (session.signal.aborted) return 130;
  return error instanceof MusterError ? exitCodeOfFault(error.code) : 1;
}

/** A name that the plan does not have was written by whoever wrote the command line. */
function exitCodeOfFault(code: string): number {
  return exitCodes[code] ?? (code.startsWith('unknown-') ? 2 : 1);
}

/** Prints what went wrong: on stdout as JSON where that was asked for, else on stderr. */
export function reportError(error: unknown, session: Session): void {
  const facts = factsOf(error, session);
  if (session.globals().json) {
    session.print(JSON.stringify({ error: { ...facts, ...diagnosticsOf(error) } }, null, 2));
  } else {
    const findings = error instanceof PlanInvalidError ? `${findingsText(error.result, session)}\n` : '';
    const hint = facts.hint === undefined || findings !== '' ? '' : `\n  hint: ${facts.hint}`;
    session.tell(`${findings}error[${facts.code}]: ${oneLine(facts.message)}${hint}`);
  }
  if (session.globals().verbose && error instanceof Error && !(error instanceof MusterError))
    session.tell(error.stack ?? '');
}

function factsOf(error: unknown, session: Session): { code: string; message: string; hint: string | undefined } {
  if (error instanceof MusterError) return { code: error.code, message: error.message, hint: error.hint };
  if (session.signal.aborted) return { code: 'interrupted', message: 'interrupted', hint: undefined };
  const message = messageOf(error);
  // What the system refuses is no fault of muster: the message names the path and why.
  if (error instanceof Error && 'syscall' in error) return { code: 'system', message, hint: undefined };
  return {
    code: 'internal',
    message,
    hint: 'This is a fault of muster: run it again with --verbose and report what it prints.',
  };
}

function diagnosticsOf(error: unknown): { readonly diagnostics?: readonly Diagnostic[] } {
  return error instanceof PlanInvalidError ? { diagnostics: error.result.diagnostics } : {};
}

function findingsText(result: LoadResult, session: Session): string {
  return formatDiagnostics(result.diagnostics, result.sources, {
    format: 'text',
    cwd: session.cwd,
    color: session.isColored('stderr'),
  });
}
