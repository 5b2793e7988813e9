import type { ObjectWriter } from '../store.ts';
import { type Content, inMemory } from './content.ts';
import { SpooledContent } from './spool.ts';

/** What is larger goes in parts: so much is kept in memory, and no more is sent in one request. In bytes. */
export const largestRequest = 32 * 2 ** 20;

/**
 * Keeps its pieces until the name is known; what is more than one request may hold goes to a temporary file. `commit` may
 * be called again after a fault that may pass.
 */
export class GatheringWriter implements ObjectWriter {
  readonly #upload: (name: string, content: Content) => Promise<unknown>;
  #pieces: Buffer[] = [];
  #size = 0;
  #spool: SpooledContent | undefined;

  constructor(upload: (name: string, content: Content) => Promise<unknown>) {
    this.#upload = upload;
  }

  async write(piece: Uint8Array): Promise<void> {
    // The caller may use its memory again.
    if (!this.#spool) this.#pieces.push(Buffer.from(piece));
    this.#size += piece.length;
    if (this.#spool) await this.#spool.append(piece);
    else if (this.#size > largestRequest) await this.#toFile();
  }

  async commit(name: string): Promise<void> {
    await this.#upload(name, this.#spool ?? inMemory(this.#pieces));
    await this.abort();
  }

  async abort(): Promise<void> {
    this.#pieces = [];
    const spool = this.#spool;
    this.#spool = undefined;
    await spool?.close();
  }

  async #toFile(): Promise<void> {
    const spool = await SpooledContent.open();
    this.#spool = spool;
    for (const piece of this.#pieces.splice(0)) await spool.append(piece);
  }
}
