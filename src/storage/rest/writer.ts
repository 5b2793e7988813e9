import { checkObjectName } from '../name.ts';
import type { ObjectWriter } from '../store.ts';
import type { RestBody } from './client.ts';
import { restFault } from './fault.ts';
import { Spool } from './spool.ts';

interface WritingPlace {
  readonly description: string;
  readonly put: (name: string, body: RestBody) => Promise<void>;
}

/** The protocol wants the name before the first byte: pieces wait in a temporary file of this host. */
export class RestWriter implements ObjectWriter {
  readonly #place: WritingPlace;
  readonly #spool: Spool;
  #open = true;

  /** Throws `storage-failed`. */
  static async open(place: WritingPlace): Promise<RestWriter> {
    return new RestWriter(place, await guard(place, () => Spool.open()));
  }

  private constructor(place: WritingPlace, spool: Spool) {
    this.#place = place;
    this.#spool = spool;
  }

  async write(piece: Uint8Array): Promise<void> {
    await guard(this.#place, () => this.#spool.write(piece));
  }

  async commit(name: string): Promise<void> {
    checkObjectName(name);
    await this.#place.put(name, this.#spool);
    await this.abort();
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#spool.close();
  }
}

async function guard<T>(place: WritingPlace, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw restFault(error, { doing: 'write', what: 'a temporary file', store: place.description });
  }
}
