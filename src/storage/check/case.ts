import type { ObjectInfo, ObjectStore } from '../store.ts';

/** One thing that every object store must do. Needs no test framework: a fault is what `run` throws. */
export interface CheckCase {
  /** A sentence about stores, such as `an empty object is an object`. */
  readonly name: string;
  /** Without all of them the case does not apply. */
  readonly needs?: readonly CheckNeed[];
  readonly run: (subject: CheckSubject) => Promise<void>;
}

export interface CheckGroup {
  readonly name: string;
  readonly cases: readonly CheckCase[];
}

/**
 * `removal`, `replacement`: what the suite writes may be removed, replaced. `free-names`: names are not bound to content.
 * `conditional-writes`, `locks`, `append-only`: as the facts of the store say.
 */
export type CheckNeed = 'removal' | 'replacement' | 'free-names' | 'conditional-writes' | 'locks' | 'append-only';

/** What a case works on. Everything that it writes must have a name from `name`. */
export interface CheckSubject {
  readonly store: ObjectStore;
  /** The same for the same hint; where names are bound to content, for the same content. */
  readonly name: (hint: string, content?: Uint8Array) => string;
  /** All names of the case begin so; ends in `/`. Where names are bound to content, others' do too. */
  readonly prefix: string;
  /** The objects of this case below its prefix, or a prefix within it, by name. */
  readonly list: (prefix?: string) => Promise<readonly ObjectInfo[]>;
  /** What is worth knowing and no fault. */
  readonly note: (text: string) => void;
}
