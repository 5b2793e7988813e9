import { messageOf } from '../base/error.ts';
import type { PlannedStep, StepAction } from '../order/step.ts';
import type { StepContext, StepFinding } from '../steps/handler.ts';
import { decide } from './condition.ts';
import { cancellation, withinLimits } from './deadline.ts';
import { checkAction } from './dispatch.ts';
import type { RunSite } from './site.ts';
import type { Verdict } from './verdict.ts';
import { actionOf, nameOf } from './verified.ts';

/** Asks every step, in the order of the list, what can be said before it is executed. Executes nothing. */
export async function simulateSteps(site: RunSite): Promise<Verdict> {
  let faulty = 0;
  for (const step of site.request.steps) {
    if (site.signal.aborted) skip(site, step, { reason: cancellation(site.signal), because: 'cancelled' });
    else if (!(await isSound(site, step))) faulty += 1;
  }
  if (site.signal.aborted) return { status: 'cancelled', error: undefined };
  return faulty === 0 ? { status: 'succeeded', error: undefined } : { status: 'failed', error: foundFaults(faulty) };
}

async function isSound(site: RunSite, step: PlannedStep): Promise<boolean> {
  const decision = decide(step, new Map(), site);
  if (decision.kind === 'skip') {
    skip(site, step, { reason: decision.reason, because: 'when' });
    return true;
  }
  const findings = [...conditionFindings(step, decision.kind), ...(await findingsOf(site, step))];
  site.recorder.record({ type: 'step.checked', step: step.id, findings });
  return findings.every(({ severity }) => severity !== 'error');
}

function skip(
  { recorder }: RunSite,
  step: PlannedStep,
  why: { readonly reason: string; readonly because: 'when' | 'cancelled' },
): void {
  recorder.record({ type: 'step.skipped', step: step.id, ...why });
}

/** A condition may speak of what earlier steps will have done. */
function conditionFindings(step: PlannedStep, kind: 'run' | 'undecidable'): readonly StepFinding[] {
  if (kind === 'run') return [];
  return [{ severity: 'warning', message: `whether it runs is decided only then: ${step.when ?? ''}` }];
}

async function findingsOf(site: RunSite, step: PlannedStep): Promise<readonly StepFinding[]> {
  const own = await check(site, step, step.action);
  const after = step.verify.map(async (planned) =>
    (await check(site, step, actionOf(planned))).map((finding) => ({
      ...finding,
      message: `afterwards, ${nameOf(planned)}: ${finding.message}`,
    })),
  );
  return [...own, ...(await Promise.all(after)).flat()];
}

async function check(site: RunSite, step: PlannedStep, action: StepAction): Promise<readonly StepFinding[]> {
  const { effects, signal, grace } = site;
  const work = (inner: AbortSignal): Promise<readonly StepFinding[]> =>
    checkAction(effects.handlers, action, contextFor(site, step, inner));
  const ended = await withinLimits(work, { signal, timeout: step.timeout, grace });
  if (ended.kind === 'value') return ended.value;
  const error = ended.stopped ?? (ended.kind === 'error' ? ended.error : undefined);
  return [{ severity: 'error', message: `it could not be checked: ${messageOf(error)}` }];
}

function contextFor(site: RunSite, step: PlannedStep, signal: AbortSignal): StepContext {
  const { request, effects, context } = site;
  return { ...context, run: request.id, step: step.id, attempt: 1, clock: effects.clock, signal, onProgress: ignore };
}

const ignore = (): void => undefined;

function foundFaults(count: number): Verdict['error'] {
  return {
    code: 'simulation-found-faults',
    message: count === 1 ? 'a step would fail' : `${count} steps would fail`,
    hint: 'See the findings of each step.',
  };
}
