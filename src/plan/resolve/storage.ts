import type { Key, Retention, RetentionCounts, Storage } from '../model/system.ts';
import { checkName } from '../check/names.ts';
import { child, type Entry } from '../read/node.ts';
import { namedOf } from './common.ts';
import type { Scope } from './scope.ts';
import { secretOf } from './secret.ts';
import { calendarDurationOf, numberOf, pathOf, sizeOf, textOf } from './values.ts';

/*
 * Where the schema has found something to be missing or wrong, these put anything in its place: the plan is not handed
 * out then.
 */

export function keyOf(entry: Entry, scope: Scope): Key {
  const node = child(entry.value, 'passphrase');
  const passphrase = secretOf(node, scope);
  if (node && passphrase?.from === 'file')
    scope.places.keyFiles.push({ name: entry.name, path: passphrase.path, at: node });
  return { ...namedOf(entry), passphrase: passphrase ?? { from: 'env', variable: '' } };
}

export function storageOf(entry: Entry, scope: Scope): Storage {
  const { value, name } = entry;
  const node = child(value, 'path');
  const path = pathOf(node, scope);
  if (node && path !== undefined) scope.places.vaults.push({ name, path, at: node });
  return {
    ...namedOf(entry),
    type: 'local',
    path: path ?? '',
    capacity: sizeOf(child(value, 'capacity'), scope),
    location: locationOf(value, scope),
  };
}

function locationOf(target: Entry['value'], scope: Scope): string | undefined {
  const node = child(target, 'location');
  const name = textOf(node);
  if (node && name !== undefined) checkName({ ...node, name, value: node }, scope.problems);
  return name;
}

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
