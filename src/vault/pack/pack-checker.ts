import { codeOf } from '../../base/error.ts';
import type { MasterKey } from '../format/master-key.ts';
import { createSealer } from '../format/seal.ts';
import { BlobTable } from '../index/blob-table.ts';
import type { Id } from '../repository.ts';
import { BlobOpener } from './blob-opener.ts';
import type { PackBytes } from './pack-bytes.ts';
import { openPackFile, packInMemory, ReadMemory } from './pack-bytes.ts';
import { soundPackSize } from './sound-pack.ts';

export interface CheckThreadData {
  readonly key: MasterKey;
  readonly stop: Int32Array;
}

export interface PackTask {
  readonly id: Id;
  readonly indexed: Uint32Array<ArrayBuffer>;
  /** The folder of the store, or all bytes of the pack. */
  readonly source: string | Uint8Array<ArrayBuffer>;
}

/** Checks packs one after the other in one thread. Stored bytes of sound ones; undefined when there is any fault. */
export class PackChecker {
  readonly #tools;
  readonly #memory = new ReadMemory();

  constructor({ key }: Pick<CheckThreadData, 'key'>) {
    const sealer = createSealer(key);
    this.#tools = { sealer, opener: new BlobOpener(sealer) };
  }

  *check(task: PackTask): Generator<void, number | undefined> {
    const bytes = this.#open(task);
    if (bytes === undefined) return undefined;
    try {
      return yield* soundPackSize(this.#tools, { id: task.id, bytes, indexed: new BlobTable(task.indexed) });
    } catch (error) {
      // A sector that can't be read: the store's own way of reading says so in its words.
      if (codeOf(error) === undefined) throw error;
      return undefined;
    } finally {
      bytes.close();
    }
  }

  #open({ id, source }: PackTask): PackBytes | undefined {
    if (typeof source !== 'string') return packInMemory(Buffer.from(source.buffer));
    try {
      return openPackFile(source, id, this.#memory);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return undefined;
    }
  }
}
