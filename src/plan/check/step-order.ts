import { quote } from '../quote.ts';
import { child, itemsOf, type Node } from '../read/node.ts';
import type { Scope } from '../resolve/scope.ts';
import { textOf } from '../resolve/values.ts';
import { circleOf } from './circles.ts';
import { findCycles } from './cycles.ts';

/** Checks the ids and `needs` of a list of steps: each id once, each need an id, no circles. */
export function checkStepOrder(items: readonly Node[], ids: readonly string[], scope: Scope): void {
  const first = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    const known = first.get(id);
    if (known === undefined) first.set(id, index);
    else reportTwice(items, id, [known, index], scope);
  }
  for (const item of items)
    for (const need of itemsOf(child(item, 'needs')))
      if (!first.has(textOf(need) ?? '')) reportUnknown(need, ids, scope);
  // With an id twice, nobody knows which of them is meant.
  if (first.size === ids.length) reportCircles(items, ids, scope);
}

function placeOf(item: Node | undefined): Node | undefined {
  return child(item, 'id') ?? item;
}

function reportTwice(items: readonly Node[], id: string, [one, other]: [number, number], { problems }: Scope): void {
  const [at, first] = [placeOf(items[other]), placeOf(items[one])];
  if (!at || !first) return;
  const message = `two steps of this list have the id ${quote(id)}`;
  const related = [{ at: first, message: 'first here' }];
  problems.error({ code: 'duplicate-name', at, message, hint: 'Rename one of them.', related });
}

function reportUnknown(node: Node, ids: readonly string[], { problems }: Scope): void {
  const id = textOf(node);
  if (id === undefined) return;
  const meant = problems.suggest(id, new Set(ids));
  problems.error({
    code: 'dangling-reference',
    at: node,
    message: `there is no step ${quote(id)} in this list`,
    hint: meant === undefined ? 'Name the `id` of a step of the same list.' : `Did you mean ${quote(meant)}?`,
  });
}

/** A step without `needs` comes after the one above it. */
function reportCircles(items: readonly Node[], ids: readonly string[], { problems }: Scope): void {
  const needs = new Map(items.map((item, index) => [ids[index] ?? '', needsOf(item, ids[index - 1])]));
  for (const cycle of findCycles(needs)) {
    const places = cycle.map((id) => placeOf(items[ids.indexOf(id)])).filter((node) => node !== undefined);
    const [at, ...others] = places;
    if (!at) continue;
    const message = `these steps wait for each other: ${circleOf(cycle)}`;
    const related = others.map((node, index) => ({
      at: node,
      message: `${cycle[index] ?? ''} needs ${cycle[index + 1] ?? ''}`,
    }));
    const hint = 'Remove one of these `needs`; a step without `needs` waits for the one above it.';
    problems.error({ code: 'cyclic-reference', at, message, hint, related });
  }
}

function needsOf(item: Node, above: string | undefined): readonly string[] {
  const needs = child(item, 'needs');
  if (needs) return itemsOf(needs).flatMap((need) => textOf(need) ?? []);
  return above === undefined ? [] : [above];
}
