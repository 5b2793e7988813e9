import { messageOf, MusterError } from '../base/error.ts';
import { findProgram } from '../base/find-program.ts';
import type { PlannedCommand } from '../order/step.ts';
import type { ActionOf, StepContext, StepError, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, problem, stepErrorOf, succeeded } from './outcome.ts';
import { commandMissing, runCommand, type CommandEnd } from './run/command.ts';
import { environmentOf } from './run/environment.ts';
import { argvOf } from './run/program.ts';
import { judge } from './run/verdict.ts';

/** Starts a command of the plan. */
export const runStep: StepHandler<'run'> = { readOnly: false, check, execute };

async function check({ command }: ActionOf<'run'>, context: StepContext): Promise<readonly StepFinding[]> {
  try {
    const env = await environmentOf(command, context);
    return [await checkProgram(command, env['PATH'])];
  } catch (error) {
    return [problem('error', error)];
  }
}

async function checkProgram(command: PlannedCommand, path: string | undefined): Promise<StepFinding> {
  const [program] = argvOf(command);
  const place = await findProgram(program, command.cwd, path);
  if (place === undefined) return problem('error', commandMissing(program, command));
  if ('shell' in command.run) return ok(`would give a text to ${place}; the programs in it are not checked`);
  return ok(`would start ${place}`);
}

async function execute({ command, expect }: ActionOf<'run'>, context: StepContext): Promise<StepOutcome> {
  try {
    const end = await runCommand(command, context);
    return outcomeOf(end, expect, context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    return failed({ kind: 'run', exitCode: undefined }, stepErrorOf(error));
  }
}

function outcomeOf(end: CommandEnd, expect: string | undefined, signal: AbortSignal): StepOutcome {
  const facts = { kind: 'run', exitCode: end.exitCode } as const;
  const { output } = end;
  const fault = signal.aborted ? stopped(end.program, signal) : judge(end, expect, 'run-expect');
  return fault === undefined ? succeeded(facts, { output }) : failed(facts, fault, { output });
}

/** An outcome and no exception, for what it printed until then. */
function stopped(program: string, { reason }: AbortSignal): StepError {
  const code = reason instanceof MusterError ? reason.code : 'cancelled';
  return { code, message: `${program} was ended: ${messageOf(reason)}`, hint: undefined, retryable: false };
}
