import type { ObjectStore, ObjectWriter } from '../../storage/store.ts';
import type { IndexedPack } from '../format/index-file.ts';
import { objectName } from '../format/names.ts';
import { decodePackHeader, headerLengthSize } from '../format/pack-header.ts';
import { sealOverhead } from '../format/seal.ts';
import type { PieceMemory } from './pieces.ts';
import { markFree, pieceAt, pieceMemory } from './pieces.ts';
import type { PackMessage } from './thread-packs.ts';

export interface PackReceiverOptions {
  readonly store: ObjectStore;
  /** Takes over a pack that was written to its end; resolves when the next one may begin. */
  readonly onPack: (writer: ObjectWriter, pack: IndexedPack) => Promise<void>;
}

/** Writes the packs of one thread to the store, whatever kind of store that is. */
export class PackReceiver {
  readonly memory: PieceMemory = pieceMemory();
  readonly #options: PackReceiverOptions;
  #writer: ObjectWriter | undefined;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: PackReceiverOptions) {
    this.#options = options;
  }

  /** Takes messages in the order in which the thread sent them. Resolves when this one is done with. */
  receive(message: PackMessage): Promise<void> {
    this.#turn = this.#turn.then(() => (message.kind === 'piece' ? this.#write(message) : this.#end(message)));
    return this.#turn;
  }

  /** Everything that was received is written when it resolves. Throws the first fault. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  /** Drops what is not whole yet. The thread must have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn.catch(() => undefined);
    await this.#writer?.abort();
    this.#writer = undefined;
  }

  async #write({ number, length }: PackMessage & { readonly kind: 'piece' }): Promise<void> {
    if (this.#stopped) return;
    this.#writer ??= await this.#options.store.writer();
    await this.#writer.write(pieceAt(this.memory, number).subarray(0, length));
    markFree(this.memory, number);
  }

  async #end({ id, size, header }: PackMessage & { readonly kind: 'pack' }): Promise<void> {
    const writer = this.#writer;
    if (this.#stopped || writer === undefined) return;
    const whole = size + header.length + sealOverhead + headerLengthSize;
    const blobs = decodePackHeader(Buffer.from(header.buffer, header.byteOffset, header.length), whole);
    if (!blobs) throw new Error(`a thread described pack ${objectName('data', id)} wrongly`);
    this.#writer = undefined;
    await this.#options.onPack(writer, { id, blobs });
  }
}
