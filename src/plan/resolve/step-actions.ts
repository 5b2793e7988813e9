import { resolve } from 'node:path';
import type { Moment, ParamValue, RestorePlace, Step, StepCommon } from '../model/runbook.ts';
import { quote } from '../quote.ts';
import { child, entriesOf, itemsOf, type Node } from '../read/node.ts';
import { checkInputs } from '../check/inputs.ts';
import { checkName } from '../check/names.ts';
import { commandOf } from './command.ts';
import { referenceOf, referencesOf } from './references.ts';
import type { StepsContext } from './steps-context.ts';
import { expressionOf, templateOf } from './texts.ts';
import { durationOf, instantOf, positiveDurationOf, textOf } from './values.ts';

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type StepAction = DistributedOmit<Step, keyof StepCommon>;
type Kind = StepAction['kind'];

/** By the key that stands for it in a step; a kind without a resolver does not compile. */
const resolvers: { readonly [K in Kind]: (node: Node, context: StepsContext, step: Node) => StepAction } = {
  run: (node, { scope, texts }, step) => ({
    kind: 'run',
    command: commandOf(node, scope, texts),
    expect: expressionOf(child(step, 'expect'), scope, { place: 'run-expect' }),
  }),
  uses: usesOf,
  restore: restoreOf,
  recover: recoverOf,
  probe: (node, { scope }, step) => ({
    kind: 'probe',
    probe: referenceOf(node, 'probes', scope) ?? '',
    for: positiveDurationOf(child(step, 'for'), scope),
  }),
  notify: notifyOf,
  wait: (node, { scope }) => ({ kind: 'wait', ms: durationOf(node, scope) ?? 0 }),
};

/** What a step does; undefined when it has no key for that. Of several, which the schema refuses, all are checked. */
export function stepActionOf(step: Node, context: StepsContext): StepAction | undefined {
  let action: StepAction | undefined;
  for (const resolver of Object.entries(resolvers)) {
    const node = child(step, resolver[0]);
    if (node) action = resolver[1](node, context, step);
  }
  return action;
}

function usesOf(node: Node, context: StepsContext, step: Node): StepAction {
  const { scope, flow } = context;
  const action = referenceOf(node, 'actions', scope) ?? '';
  flow.leadsTo('actions', action, node);
  checkInputs(step, action, scope);
  return { kind: 'uses', action, with: valuesOf(child(step, 'with'), context) };
}

function restoreOf(node: Node, context: StepsContext): StepAction {
  const { scope } = context;
  const system = referenceOf(child(node, 'system'), 'systems', scope) ?? '';
  checkSource(child(node, 'system'), system, context);
  return {
    kind: 'restore',
    system,
    moment: momentOf(child(node, 'at'), context),
    to: placeOf(child(node, 'to'), context),
    paths: itemsOf(child(node, 'paths')).flatMap((item) => textOf(item) ?? []),
  };
}

function checkSource(node: Node | undefined, system: string, { scope }: StepsContext): void {
  const definition = scope.sections.systems.get(system);
  if (!node || !definition || child(definition.value, 'source')) return;
  const message = `the system ${quote(system)} has no source, so there is nothing to restore`;
  scope.problems.error({
    code: 'nothing-to-restore',
    at: node,
    message,
    hint: 'Give it a `source`, or remove the step.',
  });
}

function placeOf(node: Node | undefined, { scope, texts }: StepsContext): RestorePlace {
  const text = templateOf(node, scope, texts);
  if (text === undefined || node === undefined || text === 'in-place') return { kind: 'in-place' };
  // What a template begins with is known only when the step runs.
  return { kind: 'folder', path: text.startsWith('{{') ? text : resolve(node.file.folder, text) };
}

function recoverOf(node: Node, context: StepsContext): StepAction {
  const { flow } = context;
  const list = child(node, 'systems');
  const systems = systemsOf(list, context);
  for (const system of systems) flow.leadsTo('systems', system, list ?? node);
  return { kind: 'recover', systems, moment: momentOf(child(node, 'at'), context) };
}

/** `*`, alone or in the list, is all systems. */
function systemsOf(node: Node | undefined, { scope }: StepsContext): readonly string[] {
  const items = itemsOf(node);
  const all = textOf(node) === '*' || items.some((item) => textOf(item) === '*');
  if (!all) return referencesOf(node, 'systems', scope);
  for (const item of items) if (textOf(item) !== '*') referenceOf(item, 'systems', scope);
  return [...scope.sections.systems.keys()];
}

function momentOf(node: Node | undefined, { scope }: StepsContext): Moment {
  if (node === undefined) return { kind: 'run' };
  if (textOf(node) === 'latest') return { kind: 'latest' };
  const at = instantOf(node, scope);
  return at === undefined ? { kind: 'run' } : { kind: 'at', at };
}

function notifyOf(node: Node, context: StepsContext): StepAction {
  const { scope } = context;
  const message = referenceOf(child(node, 'message'), 'messages', scope) ?? '';
  const set = valuesOf(child(node, 'set'), context);
  const names = scope.messageParams.get(message) ?? new Set();
  scope.messageParams.set(message, names);
  for (const entry of entriesOf(child(node, 'set'))) {
    checkName(entry, scope.problems);
    names.add(entry.name);
  }
  return { kind: 'notify', message, audiences: referencesOf(child(node, 'audiences'), 'audiences', scope), set };
}

function valuesOf(node: Node | undefined, { scope, texts }: StepsContext): Readonly<Record<string, ParamValue>> {
  const values: [string, ParamValue][] = [];
  for (const entry of entriesOf(node)) {
    const text = templateOf(entry.value, scope, texts);
    const value = text ?? (entry.value.kind === 'scalar' ? entry.value.value : null);
    if (value !== null) values.push([entry.name, value]);
  }
  return Object.fromEntries(values);
}
