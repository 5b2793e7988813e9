import type { TransferLimit } from '../model/storage.ts';
import { quote } from '../quote.ts';
import { child, type Node } from '../read/node.ts';
import { timezoneOf } from './schedules.ts';
import type { Scope } from './scope.ts';
import { rateOf, timeOfDayOf } from './values.ts';

/** How fast bytes may go. Throws nothing: what is wrong is a problem. */
export function transferLimitOf(node: Node | undefined, scope: Scope): TransferLimit | undefined {
  if (node?.kind !== 'map') return undefined;
  if (!child(node, 'upload') && !child(node, 'download')) reportWithoutRate(node, scope);
  return {
    upload: rateOf(child(node, 'upload'), scope),
    download: rateOf(child(node, 'download'), scope),
    window: windowOf(child(node, 'window'), scope),
  };
}

function windowOf(node: Node | undefined, scope: Scope): TransferLimit['window'] {
  if (node?.kind !== 'map') return undefined;
  const [from, until] = [timeOfDayOf(child(node, 'from'), scope), timeOfDayOf(child(node, 'until'), scope)];
  if (from === undefined || until === undefined) return undefined;
  if (from === until) reportEmpty(node, scope);
  return { from, until, timezone: timezoneOf(child(node, 'timezone'), scope) };
}

function reportWithoutRate(node: Node, { problems }: Scope): void {
  const message = `${quote('limit')} lacks ${quote('upload')} or ${quote('download')}`;
  problems.error({ code: 'missing-key', at: node, message, hint: 'Add a rate: `upload: 50MiB/s`.' });
}

/** It could mean the whole day as well as no time at all. */
function reportEmpty(node: Node, { problems }: Scope): void {
  const message = 'the window ends when it begins';
  problems.error({ code: 'bad-time', at: node, message, hint: 'Give it another end, or remove it to limit always.' });
}
