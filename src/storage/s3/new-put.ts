import { inMemory } from '../gathered/content.ts';
import { headOf } from './lock.ts';
import type { S3Place } from './place.ts';
import type { UploadResult } from './stored.ts';
import { upload } from './upload.ts';

/**
 * Stores where there is nothing yet. Servers that know no conditions refuse them or, worse, ignore them and replace what
 * is there. So the first time it looks before, and afterwards tries to store the same bytes again: a server that lets that
 * happen ignores conditions.
 */
export class NewPut {
  readonly #place: S3Place;
  #server: 'unknown' | 'conditional' | 'unconditional' = 'unknown';

  constructor(place: S3Place) {
    this.#place = place;
  }

  /** True until the server has shown that it isn't so. */
  get conditional(): boolean {
    return this.#server !== 'unconditional';
  }

  /** False: the name is taken. */
  async put(name: string, bytes: Uint8Array): Promise<boolean> {
    if (this.#server !== 'conditional' && (await headOf(this.#place, { name }))) return false;
    if (this.#server === 'unconditional') return await this.#replace(name, bytes);
    return await this.#putIfNone(name, bytes);
  }

  async #putIfNone(name: string, bytes: Uint8Array): Promise<boolean> {
    const result = await this.#upload(name, bytes, 'new');
    if (result === 'unconditional') return await this.#withoutConditions(name, bytes);
    if (result === 'taken') this.#server = 'conditional';
    else if (this.#server === 'unknown') await this.#learn(name, bytes);
    return result === 'stored';
  }

  async #learn(name: string, bytes: Uint8Array): Promise<void> {
    const again = await this.#upload(name, bytes, 'new');
    this.#server = again === 'taken' ? 'conditional' : 'unconditional';
  }

  async #withoutConditions(name: string, bytes: Uint8Array): Promise<boolean> {
    this.#server = 'unconditional';
    return await this.#replace(name, bytes);
  }

  async #replace(name: string, bytes: Uint8Array): Promise<boolean> {
    await this.#upload(name, bytes, 'anywhere');
    return true;
  }

  async #upload(name: string, bytes: Uint8Array, where: 'new' | 'anywhere'): Promise<UploadResult> {
    return await upload(this.#place, { name, content: inMemory([bytes]), where });
  }
}
