import type { Probe, ProbeQuestion } from '../../plan/model/runbook.ts';
import type { StepContext } from '../handler.ts';
import { runCommand } from '../run/command.ts';
import { judge } from '../run/verdict.ts';
import { bad, well, type Answer } from './answer.ts';

type CommandQuestion = Extract<ProbeQuestion, { readonly kind: 'command' }>;

/** Well when it ends as `judge` says. `signal` ends it. */
export async function askCommand(
  question: CommandQuestion,
  probe: Probe,
  context: StepContext,
  signal: AbortSignal,
): Promise<Answer> {
  const { run, cwd = context.plan.folder, env } = question.command;
  const end = await runCommand({ run, cwd, env }, { ...context, signal });
  signal.throwIfAborted();
  const fault = judge(end, probe.expect, 'probe-command');
  return fault === undefined ? well(`${end.program} ended with exit code ${end.exitCode}`) : bad(fault.message);
}
