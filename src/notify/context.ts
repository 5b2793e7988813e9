import type { Plan } from '../plan/model/plan.ts';
import type { Runbook } from '../plan/model/runbook.ts';
import type { MessageValues } from '../plan/template.ts';
import { eventValues, backupValues, systemOf } from './event-values.ts';
import type { Occasion } from './occasion.ts';
import type { RunFacts } from './run-facts.ts';

export interface ContextParts {
  readonly plan: Plan;
  readonly audience: string;
  readonly set: Readonly<Record<string, string | number | boolean>>;
  readonly occasion: Occasion;
}

/**
 * What a message may speak of. Only the fields named here get in, so neither secrets nor what a command printed can
 * leave with a message.
 */
export function messageValues({ plan, audience, set, occasion }: ContextParts): MessageValues {
  const { event, run } = occasion;
  const runbook = run?.kind === 'recover' ? plan.runbooks.get(run.name ?? '') : undefined;
  return {
    plan: { name: plan.name, timezone: plan.timezone },
    audience,
    incident: { type: runbook?.incident, details: run?.reason, startedAt: run?.startedAt },
    run: run && runValues(run, runbook, occasion),
    systems: affectedSystems(plan, runbook, occasion),
    system: systemValues(plan, event && systemOf(event)),
    recovery: run && recoveryValues(run, runbook, occasion),
    backup: event && backupValues(event),
    event: event && eventValues(event),
    set,
  };
}

function runValues(run: RunFacts, runbook: Runbook | undefined, { now }: Occasion): MessageValues['run'] {
  const { id, kind, name, status, mode, reason, by, startedAt, finishedAt } = run;
  const duration = startedAt === undefined ? undefined : (finishedAt ?? now) - startedAt;
  return { id, kind, name, title: runbook?.title ?? name, status, mode, reason, by, startedAt, finishedAt, duration };
}

/** The system of the event; else those of the run, as far as they are known. */
function affectedSystems(plan: Plan, runbook: Runbook | undefined, occasion: Occasion): readonly string[] {
  const system = occasion.event && systemOf(occasion.event);
  if (system !== undefined) return [system];
  if (occasion.background) return occasion.background.systems;
  if (runbook) return [...new Set(runbook.steps.flatMap(systemsOfStep))];
  return (occasion.run?.name ?? '').split(/,\s*/).filter((name) => plan.systems.has(name));
}

function systemsOfStep(step: Runbook['steps'][number]): readonly string[] {
  if (step.kind === 'recover') return step.systems;
  return step.kind === 'restore' ? [step.system] : [];
}

function systemValues(plan: Plan, name: string | undefined): MessageValues['system'] {
  const system = name === undefined ? undefined : plan.systems.get(name);
  if (!system) return { name };
  return { name, description: system.description, tier: system.tier, priority: system.priority };
}

function recoveryValues(run: RunFacts, runbook: Runbook | undefined, occasion: Occasion): MessageValues['recovery'] {
  const [completed, total] = [run.done.size, run.steps.length];
  const restoredTo = oldestRestored(occasion);
  const { startedAt, finishedAt } = run;
  return {
    completed,
    total,
    percent: total === 0 ? undefined : Math.floor((100 * completed) / total),
    elapsed: startedAt === undefined ? undefined : (finishedAt ?? occasion.now) - startedAt,
    estimate: occasion.background?.estimate,
    rto: runbook?.objectives.rto,
    rpo: runbook?.objectives.rpo,
    dataLoss: startedAt === undefined || restoredTo === undefined ? undefined : startedAt - restoredTo,
    restoredTo,
  };
}

function oldestRestored({ restored = [] }: Occasion): number | undefined {
  return restored.length === 0 ? undefined : Math.min(...restored.map(({ startedAt }) => startedAt));
}
