import { checkObjectName } from './name.ts';

/** Names of objects as they stand in a bucket, below a prefix that may be empty. */
export class Keys {
  readonly #root: string;

  constructor(prefix: string) {
    this.#root = prefix === '' ? '' : `${prefix}/`;
  }

  /** Throws `bad-object-name`. */
  keyOf(name: string): string {
    checkObjectName(name);
    return this.#root + name;
  }

  /** Throws `bad-object-name`. */
  keyPrefixOf(prefix: string): string {
    if (prefix !== '') checkObjectName(prefix.replace(/\/$/, ''));
    return this.#root + prefix;
  }

  nameOf(key: string): string {
    return key.slice(this.#root.length);
  }
}
