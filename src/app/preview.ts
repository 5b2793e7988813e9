import { recoveryGraph, type GraphOptions, type RecoveryGraph } from '../order/graph.ts';
import { judgeObjectives } from '../order/objectives.ts';
import { keepForCopies } from '../retention/awaited.ts';
import { decide } from '../retention/decide.ts';
import { guard } from '../retention/guard.ts';
import { copiesBetween, executionsBetween } from '../schedule/executions.ts';
import { awaitedCopies } from './copy.ts';
import { factsFrom } from './facts.ts';
import type { Preview, PreviewOptions } from './requests.ts';
import { named } from './named.ts';
import type { State } from './state.ts';
import { knownOutlook } from './storage-use.ts';

export function preview(state: State, { from, until, systems }: PreviewOptions): Preview {
  const { plan } = state;
  for (const name of systems ?? []) named(plan.systems, name, 'system');
  const catalog = state.catalog();
  const backups = catalog.backups().filter((backup) => systems?.includes(backup.system) ?? true);
  const decisions = decide(plan, backups, from);
  const guarded = guard(decisions, backups, { provenBackup: (system) => catalog.provenBackup(system) });
  return {
    from,
    until,
    systems,
    executions: executionsBetween(plan, { from, until, systems }),
    copies: copiesBetween(plan, { from, until, systems }),
    retention: keepForCopies(plan, guarded, awaitedCopies(state)),
    storage: [...plan.storage.values()].map((storage) => ({
      name: storage.name,
      capacity: storage.capacity,
      ...knownOutlook(state, storage),
    })),
    objectives: judgeObjectives(plan, { now: state.clock.now(), facts: factsFrom(catalog), systems }),
  };
}

export function graph(state: State, options: GraphOptions): RecoveryGraph {
  if (options.runbook !== undefined) named(state.plan.runbooks, options.runbook, 'runbook');
  const catalog = state.catalog();
  return recoveryGraph(state.plan, { ...options, measured: (system) => catalog.measuredRestore(system) });
}
