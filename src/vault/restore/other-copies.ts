import { MusterError } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { Repository } from '../repository.ts';
import { isDamage } from '../tree/load.ts';

/** What a restore reads from. */
export type RestoreSource = Pick<Repository, 'load' | 'expect' | 'locate' | 'packAccess'> & {
  readonly store: Pick<ObjectStore, 'facts' | 'get'>;
};

/** A repository with a copy of what is restored. */
export interface OtherCopy {
  readonly repository: Pick<Repository, 'load'>;
  /** It has given so many bytes. */
  readonly given: (bytes: number) => void;
}

const storageFaults: ReadonlySet<string> = new Set([
  'object-archived',
  'object-missing',
  'storage-failed',
  'storage-missing',
  'storage-refused',
  'storage-unreachable',
]);

/** True for what is wrong with one repository and need not be wrong with its copies. */
export function isReplaceable(error: unknown): boolean {
  return isDamage(error) || (error instanceof MusterError && storageFaults.has(error.code));
}

/** The first faults of a store in a row may pass; after so many it is left alone. */
const patience = 3;

/**
 * A repository whose lost parts are read from copies, which are opened one after the other at need: names of parts are
 * hashes of their content, and the same in all of them. A store that no longer answers is given up for good.
 */
export function withOtherCopies(own: Repository, others: AsyncIterable<OtherCopy>): RestoreSource {
  const content = new CopiedContent(own, others);
  return {
    load: (...asked) => content.load(...asked),
    expect: (trees) => own.expect?.(trees),
    locate: (type, id) => own.locate(type, id),
    packAccess: own.packAccess,
    store: { facts: own.store.facts, get: (name, range) => content.get(name, range) },
  };
}

class CopiedContent {
  readonly #own: Repository;
  readonly #iterator: AsyncIterator<OtherCopy>;
  readonly #found: Promise<OtherCopy | undefined>[] = [];
  /** Faults of the store since it last answered. */
  #faults = 0;
  #lastFault: unknown;

  constructor(own: Repository, others: AsyncIterable<OtherCopy>) {
    this.#own = own;
    this.#iterator = others[Symbol.asyncIterator]();
  }

  /** Throws the fault of the repository itself when no copy can give it either. */
  async load(...asked: Parameters<Repository['load']>): Promise<Buffer> {
    let fault = this.#lastFault;
    if (this.#faults < patience)
      try {
        return this.#answered(await this.#own.load(...asked));
      } catch (error) {
        fault = this.#noted(error);
      }
    const copied = await this.#fromOthers(...asked);
    if (copied === undefined) throw fault;
    return copied;
  }

  /** As if it were lost, when it can't be had: whoever needs it looks for its parts with `load`. */
  async get(...[name, range]: Parameters<ObjectStore['get']>): Promise<Buffer> {
    if (this.#faults >= patience) throw lost(name, this.#lastFault);
    try {
      return this.#answered(await this.#own.store.get(name, range));
    } catch (error) {
      throw lost(name, this.#noted(error));
    }
  }

  #answered(bytes: Buffer): Buffer {
    this.#faults = 0;
    return bytes;
  }

  #noted(error: unknown): unknown {
    if (!isReplaceable(error)) throw error;
    if (isDamage(error) || (error instanceof MusterError && error.code === 'object-missing')) return error;
    this.#faults += 1;
    this.#lastFault = error;
    return error;
  }

  async #fromOthers(...[type, id]: Parameters<Repository['load']>): Promise<Buffer | undefined> {
    for (let index = 0; ; index += 1) {
      const other = await this.#other(index);
      if (other === undefined) return undefined;
      try {
        const bytes = await other.repository.load(type, id);
        other.given(bytes.length);
        return bytes;
      } catch (error) {
        if (!isReplaceable(error)) throw error;
      }
    }
  }

  async #other(index: number): Promise<OtherCopy | undefined> {
    this.#found[index] ??= this.#iterator.next().then(({ value }) => value as OtherCopy | undefined);
    return await this.#found[index];
  }
}

function lost(name: string, cause: unknown): MusterError {
  return new MusterError(`${name} can't be had from its store`, { code: 'object-missing', cause });
}
