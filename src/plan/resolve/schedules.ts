import { backupTypes } from '../../base/backup.ts';
import type { Recurrence, Schedule } from '../model/system.ts';
import { checkName } from '../check/names.ts';
import { checkTimezone } from '../check/timezone.ts';
import { quote } from '../quote.ts';
import { child, entriesOf, type Entry, type Node } from '../read/node.ts';
import { namedOf, retryOf } from './common.ts';
import { referenceOf } from './references.ts';
import type { Scope } from './scope.ts';
import { authoredText, durationOf, positiveDurationOf, textOf, wordOf } from './values.ts';

/** The schedules of a system or tier, in the order of the file. */
export function schedulesOf(node: Node | undefined, scope: Scope): readonly Schedule[] {
  const schedules: Schedule[] = [];
  for (const entry of entriesOf(node)) {
    checkName(entry, scope.problems);
    schedules.push(scheduleOf(entry, scope));
  }
  return schedules;
}

function scheduleOf(entry: Entry, scope: Scope): Schedule {
  const { value } = entry;
  return {
    ...namedOf(entry),
    backup: wordOf(child(value, 'backup'), backupTypes) ?? 'full',
    when: recurrenceOf(value, scope),
    timezone: timezoneOf(child(value, 'timezone'), scope),
    to: referenceOf(child(value, 'to'), 'storage', scope),
    retention: referenceOf(child(value, 'retention'), 'retention', scope),
    timeout: positiveDurationOf(child(value, 'timeout'), scope),
    retry: retryOf(child(value, 'retry'), scope),
  };
}

/** The zone of a schedule: its own, else the plan's. */
export function timezoneOf(node: Node | undefined, scope: Scope): string {
  const name = textOf(node);
  if (node === undefined || name === undefined) return scope.timezone;
  checkTimezone(node, name, scope.problems);
  return name;
}

/** What a word of `cron` stands for. */
const words: ReadonlyMap<string, string> = new Map([
  ['hourly', '0 * * * *'],
  ['daily', '0 0 * * *'],
  ['weekly', '0 0 * * 0'],
  ['monthly', '0 0 1 * *'],
  ['quarterly', '0 0 1 1,4,7,10 *'],
  ['yearly', '0 0 1 1 *'],
]);

/** What `cron` or `every` of a schedule says. */
export function recurrenceOf(schedule: Node, scope: Scope): Recurrence {
  const every = child(schedule, 'every');
  if (every) return everyOf(every, scope);
  const node = child(schedule, 'cron');
  const text = textOf(node) ?? '';
  const word = words.get(text);
  if (word === undefined && node?.kind === 'scalar' && text !== '') scope.later.crons.push(node);
  return { kind: 'cron', expression: word ?? text, authored: text };
}

const shortestInterval = 60_000;

function everyOf(node: Node, scope: Scope): Recurrence {
  const ms = durationOf(node, scope);
  if (ms !== undefined && ms < shortestInterval) {
    const message = `${quote(authoredText(node))} is too short an interval`;
    scope.problems.error({ code: 'bad-duration', at: node, message, hint: 'Write `1m` or longer.' });
  }
  return { kind: 'every', ms: ms ?? shortestInterval, authored: textOf(node) ?? '' };
}
