import type { Instant } from '../base/clock.ts';
import type { ObjectStore } from '../storage/store.ts';
import { damage } from './format/damage.ts';
import type { Sealer } from './format/seal.ts';
import { compress, decompress } from './format/zstd.ts';

/**
 * What muster keeps in a vault's store besides the repository, below `muster/`: compressed, sealed with the master key,
 * and bound to its name. Stock tools pass over it. Names are those of stores, without `muster/`.
 */
export interface SealedObjects {
  /** Replaces an object of the same name. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** False: there is one of that name, which stays as it is. */
  putNew(name: string, content: Uint8Array): Promise<boolean>;
  /** Throws `object-missing`, and `object-damaged` when it isn't what was put under that name. */
  get(name: string): Promise<Buffer>;
  /** Below a prefix such as `log/`, in no order. */
  list(prefix: string): AsyncIterable<SealedObject>;
  /** No error when it is gone already. */
  remove(name: string): Promise<void>;
}

export interface SealedObject {
  readonly name: string;
  /** Bytes as stored. */
  readonly size: number;
  /** By the clock of the store, where that tells. */
  readonly modifiedAt: Instant | undefined;
}

const place = 'muster/';
/** Of the content of one object, in bytes. */
const limit = 2 ** 30;

export function sealedObjectsOf({ store, sealer }: { store: ObjectStore; sealer: Sealer }): SealedObjects {
  const prepared = new Set<string>();
  /** Folders, where the store has such. */
  const prepare = async (name: string): Promise<void> => {
    const folder = name.slice(0, name.lastIndexOf('/') + 1);
    if (prepared.has(folder)) return;
    await store.prepare?.([pathOf(folder)]);
    prepared.add(folder);
  };
  return {
    put: async (name, content) => {
      await prepare(name);
      await store.put(pathOf(name), sealContent(sealer, name, content));
    },
    putNew: async (name, content) => {
      await prepare(name);
      return await store.putNew(pathOf(name), sealContent(sealer, name, content));
    },
    get: async (name) => {
      const content = openContent(sealer, name, await store.get(pathOf(name)));
      if (content === undefined) throw damage('object-damaged', pathOf(name), 'it is not what was stored by that name');
      return content;
    },
    list: async function* (prefix) {
      for await (const { name, size, modifiedAt } of store.list(pathOf(prefix)))
        yield { name: name.slice(place.length), size, modifiedAt };
    },
    remove: (name) => store.remove(pathOf(name)),
  };
}

function pathOf(name: string): string {
  return `${place}${name}`;
}

/** Length of the name (2 bytes, little-endian) ‖ name ‖ zstd(content), sealed: who swaps two objects is found out. */
function sealContent(sealer: Sealer, name: string, content: Uint8Array): Buffer {
  const label = Buffer.from(name);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(label.length);
  return sealer.seal(Buffer.concat([length, label, compress(content)]));
}

function openContent(sealer: Sealer, name: string, sealed: Uint8Array): Buffer | undefined {
  const plain = sealer.open(sealed);
  if (plain === undefined || plain.length < 2) return undefined;
  const start = 2 + plain.readUInt16LE(0);
  if (plain.toString('utf8', 2, start) !== name) return undefined;
  return decompress(plain.subarray(start), limit);
}
