import type { Retry } from '../model/common.ts';
import type { Replication } from '../model/system.ts';
import { quote } from '../quote.ts';
import { child, type Node } from '../read/node.ts';
import { retryOf } from './common.ts';
import { recurrenceOf, timezoneOf } from './schedules.ts';
import type { Scope } from './scope.ts';
import { textOf } from './values.ts';

/** What a plan that states no `retry` gets: a pause of 10 seconds, then one of 30. */
const usualRetry: Retry = { limit: 2, interval: 10_000, backoff: 3 };

/** When the copies of a `storage` are made. */
export function replicationOf(storage: Node, copies: readonly string[], scope: Scope): Replication {
  const node = child(storage, 'replication');
  if (node && copies.length === 0) reportIdle(node, storage, scope);
  const batch = child(node, 'batch');
  if (batch) {
    const [when, timezone] = [recurrenceOf(batch, scope), timezoneOf(child(batch, 'timezone'), scope)];
    return { mode: 'batch', when, timezone, retry: tries(batch, scope) };
  }
  const following = child(node, 'asynchronous');
  if (following || textOf(node) === 'asynchronous') return { mode: 'asynchronous', retry: tries(following, scope) };
  return { mode: 'synchronous' };
}

function tries(settings: Node | undefined, scope: Scope): Retry {
  const node = child(settings, 'retry');
  return node === undefined ? usualRetry : retryOf(node, scope);
}

/** A list of copies that is wrong has its own problem. */
function reportIdle(node: Node, storage: Node, { problems }: Scope): void {
  const copies = child(storage, 'copies');
  if (copies !== undefined && !(copies.kind === 'list' && copies.items.length === 0)) return;
  const message = `${quote('replication')} has no effect: there are no ${quote('copies')}`;
  problems.error({ code: 'nothing-to-copy', at: node, message, hint: 'Add `copies`, or remove it.' });
}
