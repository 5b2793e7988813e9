import { evaluateExpression } from '../../plan/expression.ts';
import type { StepError } from '../handler.ts';
import { stepErrorOf } from '../outcome.ts';
import type { CommandEnd } from './command.ts';

/** A longer last line would have to be cut, and a secret in it with it. */
const longestLine = 300;

/**
 * What was wrong with the end of a command; undefined when it ended well. Without `expect` the exit code must be 0. An
 * `expect` must hold as well, and decides alone when it speaks of `exitCode` itself.
 */
export function judge(
  end: CommandEnd,
  expect: string | undefined,
  place: 'run-expect' | 'probe-command',
): StepError | undefined {
  const { program, exitCode } = end;
  if (exitCode === undefined) return fault('command-killed', `${program} was ended by ${end.killedBy ?? 'a signal'}`);
  const decidesAlone = expect !== undefined && /\bexitCode\b/.test(expect);
  if (exitCode !== 0 && !decidesAlone)
    return fault('command-failed', `${program} ended with exit code ${exitCode}${lastLine(end)}`);
  return expect === undefined ? undefined : judgeExpectation({ ...end, exitCode }, expect, place);
}

function judgeExpectation(
  { program, exitCode, stdout, stderr }: CommandEnd & { readonly exitCode: number },
  expect: string,
  place: 'run-expect' | 'probe-command',
): StepError | undefined {
  try {
    if (evaluateExpression(expect, place, { exitCode, stdout, stderr })) return undefined;
    return fault('expectation-failed', `${program} ended with exit code ${exitCode}, but not as expected: ${expect}`);
  } catch (error) {
    return stepErrorOf(error);
  }
}

function fault(code: string, message: string): StepError {
  return { code, message, hint: 'See what it printed; `retry` tries it again.', retryable: true };
}

function lastLine({ stderr }: CommandEnd): string {
  const line = stderr.slice(stderr.lastIndexOf('\n') + 1).trim();
  return line === '' || line.length > longestLine ? '' : `: ${line}`;
}
