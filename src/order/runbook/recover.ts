import { MusterError } from '../../base/error.ts';
import type { Runbook, Step } from '../../plan/model/runbook.ts';
import type { System } from '../../plan/model/system.ts';
import { recoveryEstimate } from '../estimate.ts';
import { recoveryOrder } from '../recovery-order.ts';
import { addStep, commonFields } from './add.ts';
import { resolveParams } from './params.ts';
import { addRestore } from './restore.ts';
import { enter, type Expansion, type Site } from './scope.ts';

type RecoverStep = Extract<Step, { readonly kind: 'recover' }>;

/** Adds the steps of a runbook; given by the caller, which expands lists. */
type ExpandRunbook = (runbook: Runbook, site: Site) => readonly string[];

/**
 * Adds the recovery of systems and of everything that they need, what is needed first. A system that the runbook has
 * recovered already is not restored a second time: that would undo what has happened since.
 */
export function expandRecover(step: RecoverStep, site: Site, expand: ExpandRunbook): readonly string[] {
  const { expansion } = site;
  const chosen = chosenSystems(step, expansion);
  if (chosen.length === 0) {
    expansion.skipped.push({
      what: withoutSlash(site.scope.prefix),
      reason: 'none of the chosen systems is recovered here',
    });
    return site.needs;
  }
  const ends = new Map<string, readonly string[]>();
  const order = recoveryOrder(expansion.plan, chosen).waves.flat();
  for (const { system } of order) {
    const known = expansion.recovered.get(system.name);
    if (known !== undefined) skip(system, site);
    ends.set(system.name, known ?? recoverSystem(step, system, { site: siteOf(system, ends, site), expand }));
  }
  const last = lastOf(
    order.map(({ system }) => system),
    ends,
    site,
  );
  // What a condition may leave out cannot be relied on later.
  if (site.scope.when === undefined) for (const [name, ids] of ends) expansion.recovered.set(name, ids);
  return last;
}

function chosenSystems(step: RecoverStep, { plan, only, matched }: Expansion): readonly string[] {
  if (only === undefined) return step.systems;
  const reached = new Set(
    recoveryOrder(plan, step.systems)
      .waves.flat()
      .map(({ system }) => system.name),
  );
  const chosen = only.filter((name) => reached.has(name));
  for (const name of chosen) matched.add(name);
  return chosen;
}

function skip(system: System, { expansion, scope }: Site): void {
  expansion.skipped.push({
    what: scope.prefix + system.name,
    reason: 'an earlier step of the runbook has recovered it',
  });
}

/** A system comes after those that it needs; one that needs none of this step comes after what is before the step. */
function siteOf(system: System, ends: ReadonlyMap<string, readonly string[]>, site: Site): Site {
  const { recovered } = site.expansion;
  const needs = system.needs.flatMap((name) => ends.get(name) ?? []);
  const first = system.needs.every((name) => recovered.has(name));
  return {
    ...site,
    needs: [...new Set(first ? [...site.needs, ...needs] : needs)],
    scope: { ...site.scope, prefix: `${site.scope.prefix}${system.name}/`, priority: system.priority },
  };
}

interface Place {
  readonly site: Site;
  readonly expand: ExpandRunbook;
}

/** Its own runbook, else a restore in place, then its probes. Without a source: only the probes. */
function recoverSystem(step: RecoverStep, system: System, { site, expand }: Place): readonly string[] {
  const restored = restoreSystem(step, system, { site, expand });
  const probes = system.probes.map((probe) => {
    const id = freshId(site, `probe-${probe}`);
    const action = { kind: 'probe', probe, for: undefined } as const;
    addStep(site.expansion, { ...commonFields(site.scope, restored), id, action });
    return id;
  });
  return probes.length === 0 ? restored : probes;
}

function restoreSystem(step: RecoverStep, system: System, { site, expand }: Place): readonly string[] {
  if (system.recovery.runbook !== undefined) return runOwnRunbook(system, system.recovery.runbook, { site, expand });
  if (system.source === undefined) return site.needs;
  return addRestore(site, {
    ...commonFields(site.scope, site.needs),
    id: `${site.scope.prefix}restore`,
    system: system.name,
    moment: step.moment,
    paths: [],
    place: { kind: 'in-place' },
  });
}

function runOwnRunbook(system: System, name: string, { site, expand }: Place): readonly string[] {
  const { expansion, scope } = site;
  const runbook = expansion.plan.runbooks.get(name);
  if (runbook === undefined) throw new MusterError(`there is no runbook ${name}`, { code: 'unknown-runbook' });
  const params = resolveParams(runbook.params, {}, `runbook ${name}, which recovers ${system.name}`);
  const path = enter(scope, `runbook ${name}`);
  const before = expansion.steps.size;
  const ends = expand(runbook, { ...site, scope: { ...scope, runbook, params, inner: true, path } });
  estimateFirst(system, before, expansion);
  return ends;
}

/** The estimate of a system whose runbook has none of its own counts once, at its first step. */
function estimateFirst(system: System, before: number, expansion: Expansion): void {
  const added = [...expansion.steps.values()].slice(before);
  const [first] = added;
  if (first === undefined || added.some((step) => step.estimate.from !== 'none')) return;
  expansion.steps.set(first.id, { ...first, estimate: recoveryEstimate(system, expansion.measured(system.name)) });
}

/** Its runbook may have a step of the same name. */
function freshId({ expansion, scope }: Site, name: string): string {
  let id = scope.prefix + name;
  for (let count = 2; expansion.steps.has(id); count += 1) id = `${scope.prefix}${name}-${count}`;
  return id;
}

/** Ends of the systems that no other one of them needs. Asked before they count as recovered. */
function lastOf(
  systems: readonly System[],
  ends: ReadonlyMap<string, readonly string[]>,
  site: Site,
): readonly string[] {
  const needed = new Set(systems.flatMap((system) => system.needs));
  const last = systems.filter((system) => !needed.has(system.name)).flatMap((system) => ends.get(system.name) ?? []);
  const old = systems.every(({ name }) => site.expansion.recovered.has(name));
  return [...new Set(old ? [...site.needs, ...last] : last)];
}

function withoutSlash(prefix: string): string {
  return prefix.replace(/\/$/, '');
}
