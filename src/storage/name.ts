import { MusterError } from '../base/error.ts';

/** Where stores without conditional writes keep what isn't finished; no object may be called so. */
export const temporaryFolder = 'tmp';

const shape = /^[A-Za-z0-9][\w.=+@-]{0,199}(?:\/[A-Za-z0-9][\w.=+@-]{0,199})*$/;

/** Throws `bad-object-name` unless the name has the shape that every kind of store can keep. */
export function checkObjectName(name: string): void {
  if (isObjectName(name)) return;
  throw new MusterError(`${JSON.stringify(name.slice(0, 200))} is not a name for an object`, {
    code: 'bad-object-name',
    hint: 'Use letters, digits and ._=+@- in parts joined by /, each starting with a letter or digit; `tmp/` is reserved.',
  });
}

export function isObjectName(name: string): boolean {
  const reserved = name === temporaryFolder || name.startsWith(`${temporaryFolder}/`);
  return name.length <= 900 && shape.test(name) && !reserved;
}
