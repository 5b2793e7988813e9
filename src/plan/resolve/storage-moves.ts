import type { CalendarDuration } from '../../base/duration.ts';
import type { StorageCommon } from '../model/storage.ts';
import { quote } from '../quote.ts';
import { child, itemsOf, type Entry, type Node } from '../read/node.ts';
import { flowOf, type Flow } from './flows.ts';
import { referenceOf } from './references.ts';
import type { Scope } from './scope.ts';
import { calendarDurationOf, flagOf, percentageOf } from './values.ts';

/** Where backups go from a storage target as they grow old, and when it is too full. */
export function movesOf(entry: Entry, scope: Scope): Pick<StorageCommon, 'lifecycle' | 'rebalance'> {
  const flow = flowOf('storage', entry, scope);
  if (flagOf(child(entry.value, 'appendOnly')) === true) refuseMoves(entry, scope);
  return {
    lifecycle: lifecycleOf(child(entry.value, 'lifecycle'), flow, scope),
    rebalance: rebalanceOf(child(entry.value, 'rebalance'), flow, scope),
  };
}

function lifecycleOf(node: Node | undefined, flow: Flow, scope: Scope): StorageCommon['lifecycle'] {
  const steps = itemsOf(node).map((item) => {
    const after = calendarDurationOf(child(item, 'after'), scope);
    return { after, to: targetOf(item, flow, scope), item };
  });
  for (const [at, { after, item }] of steps.entries()) {
    const before = steps[at - 1];
    if (after && before?.after && lengthOf(after) <= lengthOf(before.after))
      reportOrder(child(item, 'after') ?? item, scope);
  }
  return steps.map(({ after = { months: 0, ms: 0 }, to }) => ({ after, to }));
}

function rebalanceOf(node: Node | undefined, flow: Flow, scope: Scope): StorageCommon['rebalance'] {
  if (node?.kind !== 'map') return undefined;
  return { above: percentageOf(child(node, 'above'), scope) ?? 1, to: targetOf(node, flow, scope) };
}

function targetOf(owner: Node, flow: Flow, scope: Scope): string {
  const node = child(owner, 'to');
  const name = referenceOf(node, 'storage', scope);
  if (node) flow.leadsTo('storage', name, node);
  return name ?? '';
}

/** Nothing can be taken away from where nothing is removed. */
function refuseMoves({ name, value }: Entry, { problems }: Scope): void {
  for (const key of ['lifecycle', 'rebalance']) {
    const node = child(value, key);
    if (node === undefined) continue;
    const message = `${quote(`storage.${name}`)} has ${quote('appendOnly')} and ${quote(key)}: no backup can go away from it`;
    problems.error({ code: 'conflicting-keys', at: node, message, hint: 'Keep one of them.' });
  }
}

/** Near enough for an order: a month is 30 days. */
function lengthOf({ months, ms }: CalendarDuration): number {
  return months * 30 * 86_400_000 + ms;
}

function reportOrder(node: Node, { problems }: Scope): void {
  const message = `this step of ${quote('lifecycle')} begins no later than the one above it, which would never apply`;
  problems.error({ code: 'bad-duration', at: node, message, hint: 'Put the steps in the order of their age.' });
}
