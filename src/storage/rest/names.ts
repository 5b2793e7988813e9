import { MusterError } from '../../base/error.ts';
import { checkObjectName } from '../name.ts';

/** The types of objects that the protocol knows besides `config`. */
export const types = ['data', 'index', 'keys', 'locks', 'snapshots'] as const;

export type ObjectType = (typeof types)[number];

const id = /^[0-9a-f]{64}$/;

/**
 * The path of an object below that of the repository: `data/ab/ab…` is asked for as `data/ab…`. Undefined: the protocol
 * has no place for that name. Throws `bad-object-name` for one that no store can keep.
 */
export function pathOf(name: string): string | undefined {
  checkObjectName(name);
  if (name === 'config') return name;
  const parts = name.split('/');
  const [type = '', last = ''] = [parts[0], parts.at(-1)];
  const isKept = types.some((one) => one === type) && id.test(last) && name === nameOf(type, last);
  return isKept ? `${type}/${last}` : undefined;
}

/** The name of an object of a type. */
export function nameOf(type: string, last: string): string {
  return type === 'data' ? `data/${last.slice(0, 2)}/${last}` : `${type}/${last}`;
}

export function isId(text: unknown): text is string {
  return typeof text === 'string' && id.test(text);
}

/** The digest that an object's content must have; undefined for `config`. */
export function digestIn(path: string): string | undefined {
  return path === 'config' ? undefined : path.slice(path.indexOf('/') + 1);
}

/** What the store says when it shall keep something that the protocol has no place for. */
export function notKept(name: string, store: string): MusterError {
  return new MusterError(`${store} can't keep ${name}: restic's REST protocol has no place for it`, {
    code: 'bad-object-name',
    hint: 'Keep it in a storage target of another type; the vault itself does not need it.',
  });
}
