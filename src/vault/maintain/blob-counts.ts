import type { BlobType, Id } from '../repository.ts';

/** Blobs, each with a number; some 140 bytes of memory a blob. */
export class BlobCounts {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  /** Undefined: it is not in here. */
  get(type: BlobType, id: Id): number | undefined {
    return this.#counts.get(keyOf(type, id));
  }

  set(type: BlobType, id: Id, count: number): void {
    this.#counts.set(keyOf(type, id), count);
  }

  has(type: BlobType, id: Id): boolean {
    return this.#counts.has(keyOf(type, id));
  }

  /** False when it was there. */
  add(type: BlobType, id: Id): boolean {
    if (this.has(type, id)) return false;
    this.set(type, id, 0);
    return true;
  }

  delete(type: BlobType, id: Id): void {
    this.#counts.delete(keyOf(type, id));
  }

  *[Symbol.iterator](): Generator<{ readonly type: BlobType; readonly id: Id; readonly count: number }> {
    for (const [key, count] of this.#counts)
      yield { type: key.startsWith('t') ? 'tree' : 'data', id: key.slice(1), count };
  }
}

function keyOf(type: BlobType, id: Id): string {
  return (type === 'tree' ? 't' : 'd') + id;
}
