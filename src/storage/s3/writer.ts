import type { ObjectWriter } from '../store.ts';
import { inMemory } from './content.ts';
import type { S3Place } from './place.ts';
import { SpooledContent } from './spool.ts';
import { largestRequest } from './stored.ts';
import { upload } from './upload.ts';

/**
 * Keeps its pieces until the name is known; what is more than one request may hold goes to a temporary file. `commit` may
 * be called again after a fault that may pass.
 */
export class S3Writer implements ObjectWriter {
  readonly #place: S3Place;
  #pieces: Buffer[] = [];
  #size = 0;
  #spool: SpooledContent | undefined;

  constructor(place: S3Place) {
    this.#place = place;
  }

  async write(piece: Uint8Array): Promise<void> {
    // The caller may use its memory again.
    if (!this.#spool) this.#pieces.push(Buffer.from(piece));
    this.#size += piece.length;
    if (this.#spool) await this.#spool.append(piece);
    else if (this.#size > largestRequest) await this.#toFile();
  }

  async commit(name: string): Promise<void> {
    const content = this.#spool ?? inMemory(this.#pieces);
    await upload(this.#place, { name, content, where: 'anywhere' });
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
