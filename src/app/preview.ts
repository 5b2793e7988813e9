import { recoveryGraph, type GraphOptions, type RecoveryGraph } from '../order/graph.ts';
import { judgeObjectives } from '../order/objectives.ts';
import { keepForCopies } from '../retention/awaited.ts';
import { decide } from '../retention/decide.ts';
import { guard } from '../retention/guard.ts';
import { copiesBetween, executionsBetween } from '../schedule/executions.ts';
import { awaitedCopies } from './copy.ts';
import { factsFrom } from './facts.ts';
import { judgeImmutability } from '../order/objectives/immutability.ts';
import type { Preview, PreviewOptions } from './requests.ts';
import { named } from './named.ts';
import type { State } from './state.ts';
import { knownOutlook } from './storage-use.ts';
import { storageOf } from './stores.ts';

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
    immutability: judgeImmutability(plan, (name) => knownOutlook(state, storageOf(plan, name))),
    objectives: judgeObjectives(plan, {
      now: state.clock.now(),
      facts: factsFrom(catalog),
      systems,
      destructible: destructibleIn(state),
    }),
  };
}

/** Targets of which the last tamper test has destroyed something. */
function destructibleIn(state: State): ReadonlySet<string> {
  if (!state.hasJournal()) return new Set();
  const names = [...state.plan.storage.keys()];
  return new Set(names.filter((name) => state.journal().tamperTest(name)?.verdict === 'unprotected'));
}

export function graph(state: State, options: GraphOptions): RecoveryGraph {
  if (options.runbook !== undefined) named(state.plan.runbooks, options.runbook, 'runbook');
  const catalog = state.catalog();
  return recoveryGraph(state.plan, { ...options, measured: (system) => catalog.measuredRestore(system) });
}
