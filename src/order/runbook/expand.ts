import type { Step } from '../../plan/model/runbook.ts';
import { addStep, plannedFields } from './add.ts';
import { inOrderOfNeeds, needsOf } from './needs.ts';
import { resolveParams } from './params.ts';
import { expandRecover } from './recover.ts';
import { plannedCheck, plannedCommand, renderFor, renderValues, type Render } from './render.ts';
import { addRestore } from './restore.ts';
import { enter, templateValues, type Site } from './scope.ts';
import { whenOf } from './when.ts';
import { MusterError } from '../../base/error.ts';

/** Adds a list of steps after `site.needs`; returns the ids that have to be done for the list to be done. */
export function expandList(steps: readonly Step[], site: Site): readonly string[] {
  const ends = new Map<string, readonly string[]>();
  const needed = new Set<string>();
  for (const step of inOrderOfNeeds(steps)) {
    const own = needsOf(step, steps);
    for (const id of own) needed.add(id);
    const needs = own.length === 0 ? site.needs : unique(own.flatMap((id) => ends.get(id) ?? []));
    ends.set(step.id, expandStep(step, { ...site, needs }));
  }
  const last = steps.filter((step) => !needed.has(step.id)).flatMap((step) => ends.get(step.id) ?? []);
  return last.length === 0 ? site.needs : unique(last);
}

type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

function expandStep(step: Step, site: Site): readonly string[] {
  const id = site.scope.prefix + step.id;
  const render = renderFor(id, templateValues(site.expansion, site.scope));
  switch (step.kind) {
    case 'uses':
      return checked(step, expandUses(step, site, render), { site, render });
    case 'recover':
      return checked(step, recoverGroup(step, site), { site, render });
    case 'restore':
      return restoreLeaf(step, site, render);
    case 'run':
    case 'probe':
    case 'notify':
    case 'wait':
      break;
  }
  const { expansion } = site;
  addStep(expansion, {
    ...plannedFields(step, site, render),
    id,
    action: actionOf(step, render, expansion.plan.folder),
  });
  return [id];
}

function actionOf(step: StepOf<'run' | 'probe' | 'notify' | 'wait'>, render: Render, folder: string) {
  switch (step.kind) {
    case 'run':
      return { kind: 'run', command: plannedCommand(step.command, render, folder), expect: step.expect } as const;
    case 'probe':
      return { kind: 'probe', probe: step.probe, for: step.for } as const;
    case 'wait':
      return { kind: 'wait', ms: step.ms } as const;
    case 'notify':
      break;
  }
  return {
    kind: 'notify',
    message: step.message,
    audiences: step.audiences,
    set: renderValues(step.set, render),
  } as const;
}

/** Restores in place replace what is there: that is what the runbook is for. So does a second attempt in a folder. */
function restoreLeaf(step: StepOf<'restore'>, site: Site, render: Render): readonly string[] {
  const { system, moment, paths, to } = step;
  const place = to.kind === 'folder' ? ({ kind: 'folder', path: render(to.path) } as const) : to;
  const id = site.scope.prefix + step.id;
  return addRestore(site, { ...plannedFields(step, site, render), id, system, moment, paths, place });
}

function expandUses(step: StepOf<'uses'>, site: Site, render: Render): readonly string[] {
  const { expansion, scope } = site;
  const action = expansion.plan.actions.get(step.action);
  if (action === undefined) throw new MusterError(`there is no action ${step.action}`, { code: 'unknown-action' });
  const params = resolveParams(
    action.params,
    renderValues(step.with, render),
    `action ${action.name} in step ${step.id}`,
  );
  const path = enter(scope, `action ${action.name}`);
  return expandList(action.steps, { ...site, scope: { ...groupScope(step, site), params, inner: true, path } });
}

function recoverGroup(step: StepOf<'recover'>, site: Site): readonly string[] {
  const inside = { ...site, scope: groupScope(step, site) };
  return expandRecover(step, inside, (runbook, at) => expandList(runbook.steps, at));
}

/** What a step that stands for others hands down: its condition to all of them, its limits to those without their own. */
function groupScope(step: Step, { scope }: Site): Site['scope'] {
  return {
    ...scope,
    prefix: `${scope.prefix}${step.id}/`,
    when: whenOf(step, scope, 'bound'),
    timeout: step.timeout ?? scope.timeout,
    retry: step.retry.limit > 0 ? step.retry : scope.retry,
  };
}

/** The checks of a step that stands for others are steps of their own at its end. */
function checked(
  step: Step,
  ends: readonly string[],
  { site, render }: { readonly site: Site; readonly render: Render },
): readonly string[] {
  if (step.verify.length === 0) return ends;
  const scope = groupScope(step, site);
  return step.verify.map((authored, index) => {
    const id = `${scope.prefix}verify-${index + 1}`;
    const check = plannedCheck(authored, render, site.expansion.plan.folder);
    const action = check.kind === 'probe' ? ({ ...check, for: undefined } as const) : check;
    const fields = plannedFields({ ...step, title: undefined, verify: [] }, { ...site, needs: ends }, render);
    addStep(site.expansion, { ...fields, id, action });
    return id;
  });
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
