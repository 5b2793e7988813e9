import type { Key } from '../model/system.ts';
import { child, type Entry } from '../read/node.ts';
import { namedOf } from './common.ts';
import type { Scope } from './scope.ts';
import { secretOf } from './secret.ts';

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
