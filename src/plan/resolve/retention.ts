import type { Retention, RetentionCounts } from '../model/system.ts';
import { child, type Entry } from '../read/node.ts';
import { namedOf } from './common.ts';
import type { Scope } from './scope.ts';
import { calendarDurationOf, numberOf } from './values.ts';

const counts = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'] as const;

export function retentionOf(entry: Entry, scope: Scope): Retention {
  const keep = child(entry.value, 'keep');
  const within = calendarDurationOf(child(keep, 'within'), scope);
  const rules = counts.flatMap((name) => {
    const count = numberOf(child(keep, name));
    return count === undefined ? [] : [[name, count] as const];
  });
  return {
    ...namedOf(entry),
    keep: { ...(Object.fromEntries(rules) as RetentionCounts), ...(within === undefined ? {} : { within }) },
    minimum: numberOf(child(entry.value, 'minimum')) ?? 1,
  };
}
