import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Muster } from '../index.ts';
import { loadPlan, MusterError, type LoadResult, type Plan } from '../language.ts';
import { PlanInvalidError } from './failure.ts';
import type { EventOf } from './progress/view.ts';
import type { Session } from './session.ts';
import { oneLine } from './text/printable.ts';

/** Finds and loads the plan; throws `PlanInvalidError` when it has errors. */
export async function openPlan(session: Session): Promise<Plan> {
  const result = await loadPlan(findPlan(session), { env: session.env });
  return planOf(result);
}

export function planOf(result: LoadResult): Plan {
  if (!result.plan) throw new PlanInvalidError(result);
  return result.plan;
}

/** Opens the plan with its state, does the work, and closes it whatever happens. */
export async function withMuster<T>(session: Session, work: (muster: Muster) => Promise<T>): Promise<T> {
  const plan = await openPlan(session);
  const state = session.globals().state ?? session.env['MUSTER_STATE'];
  // What acts on plans is loaded only once there is a plan to act on.
  const { openMuster } = await import('../index.ts');
  const muster = openMuster(plan, { env: session.env, ...(state ? { state: resolve(session.cwd, state) } : {}) });
  const told = new Set<string>();
  muster.on((event) => {
    if (event.type === 'attempt.finished' && event.error !== undefined) told.add(event.error.message);
    if (event.type === 'run.interrupted') session.tell(interruptedText(event));
    if (event.type === 'storage.retrying' && session.globals().quiet !== true) session.tell(retryText(event));
    if (event.type === 'catalog.failed' || event.type === 'catalog.repaired') session.tell(catalogText(event, told));
    if (event.type === 'rescue.refused') session.tell(rescueText(event));
    if (event.type === 'run.started') collectEarly();
  });
  try {
    return await work(muster);
  } finally {
    await muster.close();
  }
}

/**
 * Garbage is collected earlier: a third to a half less memory for large vaults, at a few percent of processor time. Not
 * before the run begins, because reading a large plan takes more than twice as long with it.
 */
function collectEarly(): void {
  setFlagsFromString('--optimize-for-size');
}

/** The journal is asked at each start: what a process that is gone has left behind is named before anything else. */
function interruptedText({ run, kind, name, steps }: EventOf<'run.interrupted'>): string {
  const unknown = steps.length === 0 ? '' : ` It is not known how far these came: ${steps.join(', ')}.`;
  return `! Run ${run} (${kind} ${name}) was interrupted: its process is gone.${unknown}`;
}

/** What of the evidence is not where it should be. A fault that the run has met already is told only once. */
function catalogText(event: EventOf<'catalog.failed' | 'catalog.repaired'>, told: ReadonlySet<string>): string {
  if (event.type === 'catalog.failed') {
    const reason = told.has(event.error.message) ? '' : `: ${oneLine(event.error.message)}`;
    return `! ${event.storage}: plan and catalog could not be sealed there${reason}; the next run tries again`;
  }
  return `! ${event.storage}: ${event.events} events of the sealed catalog were gone, and are there again: who has removed them?`;
}

/** A vault can be rescued without the page, by who knows how. */
function rescueText({ storage, error }: EventOf<'rescue.refused'>): string {
  return `! ${storage}: RESCUE.md could not be put there: ${oneLine(error.message)}; keep the page of docs/rescue at hand elsewhere`;
}

function retryText({ storage, attempt, waitMs, error }: EventOf<'storage.retrying'>): string {
  const seconds = Math.max(1, Math.round(waitMs / 1000));
  return `! ${storage}: ${oneLine(error.message)}; retry ${attempt} in ${seconds}s`;
}

/** `--plan`, else `muster.yaml` or `muster/` in this folder or the nearest parent that has one. */
export function findPlan(session: Session): string {
  const given = session.globals().plan;
  if (given !== undefined) return resolve(session.cwd, given);
  for (let folder = session.cwd; ; folder = dirname(folder)) {
    const found = [join(folder, 'muster.yaml'), join(folder, 'muster')].find((path) => existsSync(path));
    if (found) return found;
    if (folder === dirname(folder)) break;
  }
  throw new MusterError(`no plan found: neither muster.yaml nor muster/ in ${session.cwd} or above`, {
    code: 'plan-missing',
    hint: 'Name one with --plan, or write a first one with muster init.',
  });
}
