import { plainEnvironment } from '../../base/environment.ts';
import type { PlannedCommand } from '../../order/step.ts';
import type { StepContext } from '../handler.ts';

/**
 * The environment of a command: a few inherited variables, then what the plan sets, with secrets resolved now, then
 * the names of the run, step and attempt. Throws `secret-unavailable`.
 */
export async function environmentOf(
  command: PlannedCommand,
  context: Pick<StepContext, 'run' | 'step' | 'attempt' | 'resolveSecret'>,
): Promise<Readonly<Record<string, string>>> {
  const env = plainEnvironment();
  for (const [name, value] of Object.entries(command.env))
    env[name] = typeof value === 'string' ? value : await context.resolveSecret(value);
  return { ...env, MUSTER_RUN: context.run, MUSTER_STEP: context.step, MUSTER_ATTEMPT: String(context.attempt) };
}
