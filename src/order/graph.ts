import type { Milliseconds } from '../base/clock.ts';
import { closestName } from '../base/closest-name.ts';
import { MusterError } from '../base/error.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { Step } from '../plan/model/runbook.ts';
import { criticalPath } from './critical-path.ts';
import { recoveryEstimate } from './estimate.ts';
import { recoveryOrder } from './recovery-order.ts';
import type { Estimate } from './step.ts';

/** Who needs whom, in what order all of it comes back, and how long that takes. */
export interface RecoveryGraph {
  /** For headings: the name of the runbook, else of the plan. */
  readonly title: string;
  /** Waves that may run in parallel; by priority inside a wave. */
  readonly order: readonly (readonly string[])[];
  /** The chain of needs that takes longest, first to last. */
  readonly criticalPath: readonly string[];
  /** Length of the critical path; systems of which nothing is known count as 0. */
  readonly estimateSeconds: number;
  /** In the order of `order`. */
  readonly nodes: readonly GraphNode[];
  /** `from` is recovered before `to`. */
  readonly edges: readonly GraphEdge[];
  /** Systems that no runbook of the plan brings back; empty for a plan without runbooks and for the graph of one runbook. */
  readonly unreachable: readonly string[];
}

export interface GraphNode {
  readonly name: string;
  /** Counts from 0. */
  readonly wave: number;
  readonly priority: number;
  readonly estimate: Estimate;
  readonly critical: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Both ends follow each other on the critical path. */
  readonly critical: boolean;
}

export interface GraphOptions {
  /** Only the systems that this runbook restores or recovers, and what they need. */
  readonly runbook?: string | undefined;
  /** Duration of the last successful restore of a system. */
  readonly measured?: ((system: string) => Milliseconds | undefined) | undefined;
}

/** Throws `unknown-runbook`, and what `recoveryOrder` throws. */
export function recoveryGraph(plan: Plan, options: GraphOptions = {}): RecoveryGraph {
  const { runbook, measured = () => undefined } = options;
  const names = runbook === undefined ? undefined : [...systemsOfRunbook(plan, runbook)];
  const waves = recoveryOrder(plan, names).waves.map((wave) =>
    wave.map(({ system }) => ({ ...system, estimate: recoveryEstimate(system, measured(system.name)) })),
  );
  const path = criticalPath(waves.flat().map(({ name, needs, estimate }) => ({ name, needs, ms: estimate.ms })));
  const onPath = new Set(path.path);
  const after = new Map(path.path.slice(1).map((name, index) => [name, path.path[index]]));
  return {
    title: runbook ?? plan.name,
    order: waves.map((wave) => wave.map(({ name }) => name)),
    criticalPath: path.path,
    estimateSeconds: Math.round(path.ms / 1000),
    nodes: waves.flatMap((systems, wave) =>
      systems.map(({ name, priority, estimate }) => ({ name, wave, priority, estimate, critical: onPath.has(name) })),
    ),
    edges: waves
      .flat()
      .flatMap(({ name, needs }) =>
        [...new Set(needs)].map((need) => ({ from: need, to: name, critical: after.get(name) === need })),
      ),
    unreachable: runbook === undefined ? unreachable(plan) : [],
  };
}

function unreachable(plan: Plan): readonly string[] {
  if (plan.runbooks.size === 0) return [];
  const named = new Set([...plan.runbooks.keys()].flatMap((name) => [...systemsOfRunbook(plan, name)]));
  const reached = new Set(
    recoveryOrder(plan, [...named]).waves.flatMap((wave) => wave.map(({ system }) => system.name)),
  );
  return [...plan.systems.keys()].filter((name) => !reached.has(name));
}

/** The systems that a runbook names itself or through the actions that it uses. */
function systemsOfRunbook(plan: Plan, name: string): ReadonlySet<string> {
  const runbook = plan.runbooks.get(name);
  if (!runbook) throw unknownRunbook(plan, name);
  const systems = new Set<string>();
  const actions = new Set<string>();
  collect(runbook.steps, systems, actions);
  // A set goes on to what is added while it is walked.
  for (const action of actions) collect(plan.actions.get(action)?.steps ?? [], systems, actions);
  return systems;
}

function collect(steps: readonly Step[], systems: Set<string>, actions: Set<string>): void {
  for (const step of steps) {
    if (step.kind === 'uses') actions.add(step.action);
    if (step.kind === 'restore') systems.add(step.system);
    if (step.kind === 'recover') for (const system of step.systems) systems.add(system);
  }
}

function unknownRunbook(plan: Plan, name: string): MusterError {
  const meant = closestName(name, plan.runbooks.keys());
  return new MusterError(`there is no runbook ${name} in the plan`, {
    code: 'unknown-runbook',
    hint: meant === undefined ? 'Use a name from the section runbooks.' : `Did you mean ${meant}?`,
  });
}
