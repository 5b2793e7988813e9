import type { Action, Check, Command, Param, Runbook, Step, StepCommon } from '../../src/plan/model/runbook.ts';

/** Runbooks and steps for tests of pure code: what a test does not mention is empty. */

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };

type Common = Partial<StepCommon>;

export function sampleRunbook(name: string, steps: readonly Step[], parts: Partial<Runbook> = {}): Runbook {
  const objectives = { rto: undefined, rpo: undefined };
  const texts = { title: undefined, description: undefined, incident: undefined };
  return { name, at, ...texts, objectives, params: new Map(), steps, ...parts };
}

export function sampleAction(name: string, steps: readonly Step[], params: Action['params'] = new Map()): Action {
  return { name, at, description: undefined, params, steps };
}

export function param(type: Param['type'], value?: Param['default']): Param {
  return { type, description: undefined, default: value };
}

export function command(...argv: readonly string[]): Command {
  return { run: { argv }, cwd: undefined, env: {} };
}

export function run(id: string, parts: Common & { readonly command?: Command } = {}): Step {
  const { command: own = command('true'), ...rest } = parts;
  return { ...common(id, rest), kind: 'run', command: own, expect: undefined };
}

export function recover(id: string, systems: readonly string[], parts: Common = {}): Step {
  return { ...common(id, parts), kind: 'recover', systems, moment: { kind: 'run' } };
}

export function uses(
  id: string,
  action: string,
  parts: Common & { readonly with?: Readonly<Record<string, string | number | boolean>> } = {},
): Step {
  const { with: given = {}, ...rest } = parts;
  return { ...common(id, rest), kind: 'uses', action, with: given };
}

export function restore(id: string, system: string, parts: Common = {}): Step {
  const place = { moment: { kind: 'run' }, to: { kind: 'in-place' }, paths: [] } as const;
  return { ...common(id, parts), kind: 'restore', system, ...place };
}

export function wait(id: string, ms: number, parts: Common = {}): Step {
  return { ...common(id, parts), kind: 'wait', ms };
}

export function notify(id: string, set: Readonly<Record<string, string>>, parts: Common = {}): Step {
  return { ...common(id, parts), kind: 'notify', message: 'news', audiences: ['team'], set };
}

export function probeCheck(probe: string): Check {
  return { kind: 'probe', probe };
}

function common(id: string, parts: Common): StepCommon {
  const limits = { timeout: undefined, retry: { limit: 0, interval: 0, backoff: 1 } };
  return { id, at, title: undefined, needs: undefined, when: undefined, ...limits, verify: [], ...parts };
}
