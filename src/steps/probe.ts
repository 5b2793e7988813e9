import { formatDuration } from '../base/duration.ts';
import { MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Probe } from '../plan/model/runbook.ts';
import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, succeeded } from './outcome.ts';
import { ask } from './probes/ask.ts';
import { watch, type Verdict } from './probes/watch.ts';

/** Asks a probe of the plan until it has a verdict. */
export const probeStep: StepHandler<'probe'> = { readOnly: true, check, execute };

/** Asks once. A bad answer is a warning: before a recovery it is what one expects. */
async function check(action: ActionOf<'probe'>, context: StepContext): Promise<readonly StepFinding[]> {
  const { well, detail } = await ask(probeOf(context.plan, action.probe), context);
  if (well) return [ok(`answers well now: ${detail}`)];
  return [{ severity: 'warning', message: `does not answer well now: ${detail}` }];
}

async function execute(action: ActionOf<'probe'>, context: StepContext): Promise<StepOutcome> {
  const probe = probeOf(context.plan, action.probe);
  const { clock, signal } = context;
  const verdict = await watch({ probe, ask: () => ask(probe, context), stay: action.for, clock, signal });
  const facts = { kind: 'probe', healthy: verdict.healthy, answers: verdict.answers } as const;
  if (verdict.healthy) return succeeded(facts, { output: verdict.detail });
  return failed(facts, unhealthy(probe, verdict), { output: verdict.detail });
}

/** The plan's references are checked, so its absence is a fault of whoever made the step. */
function probeOf(plan: Plan, name: string): Probe {
  const probe = plan.probes.get(name);
  if (probe !== undefined) return probe;
  throw new MusterError(`the plan has no probe ${name}`, { code: 'probe-missing', hint: 'Validate the plan.' });
}

function unhealthy(probe: Probe, { answers, detail }: Verdict) {
  const often = answers === 1 ? 'once' : `${answers} times`;
  return {
    code: 'probe-unhealthy',
    message: `the probe ${probe.name} is not healthy, asked ${often}: ${detail}`,
    hint: `It is asked every ${formatDuration(probe.interval)}; more \`failures\` give the system more time.`,
    retryable: true,
  };
}
