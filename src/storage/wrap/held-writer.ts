import type { Holds, ObjectStore, ObjectWriter } from '../store.ts';
import type { Around } from './around.ts';

/** The most that is kept of an object so that it can be sent again: four packs of a vault. */
const mostHeld = 64 * 2 ** 20;

export interface HeldWriterOptions {
  readonly store: ObjectStore;
  readonly again: Around;
  readonly holds?: Holds | undefined;
  /** In bytes. */
  readonly most?: number;
}

/**
 * A writer whose commit can be made again: it holds the pieces and puts the object when its name is known. One that
 * grows too large for that goes on as a writer of the store, whose faults are not mended.
 */
export function openHeldWriter({ store, again, holds, most = mostHeld }: HeldWriterOptions): ObjectWriter {
  const pieces: Buffer[] = [];
  let held = 0;
  let passed: ObjectWriter | undefined;
  const pass = async (): Promise<ObjectWriter> => {
    passed = await again({ doing: 'writer', name: '' }, () => store.writer(holds));
    for (const piece of pieces.splice(0)) await passed.write(piece);
    return passed;
  };
  return {
    write: async (piece) => {
      if (passed) return await passed.write(piece);
      // The caller may use its memory again.
      pieces.push(Buffer.from(piece));
      held += piece.length;
      if (held > most) await pass();
    },
    commit: async (name) => {
      if (passed) return await passed.commit(name);
      const bytes = Buffer.concat(pieces.splice(0));
      await again({ doing: 'commit', name }, () => store.put(name, bytes, holds));
    },
    abort: async () => {
      pieces.length = 0;
      await passed?.abort();
    },
  };
}
