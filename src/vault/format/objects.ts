import { hash } from 'node:crypto';
import type { ObjectInfo, ObjectStore } from '../../storage/store.ts';
import type { MetadataCache } from '../cache/metadata-cache.ts';
import type { Id } from '../id.ts';
import { damage } from './damage.ts';
import { parseJson } from './json-shape.ts';
import type { ObjectKind } from './names.ts';
import { idInName, objectName } from './names.ts';
import type { Sealer } from './seal.ts';
import { openUnpacked, sealUnpacked } from './unpacked.ts';

/** Kinds of objects that hold sealed JSON. */
export type JsonKind = 'snapshots' | 'locks' | 'index';

/** An object with the id that its name holds. */
export interface IdentifiedObject extends ObjectInfo {
  readonly id: Id;
}

/** No honest object is longer in clear: an index of 50,000 blobs takes 10 MB. */
const jsonLimits: Readonly<Record<JsonKind, number>> = { index: 2 ** 28, snapshots: 2 ** 26, locks: 2 ** 20 };

export interface JsonObjectsOptions {
  readonly store: ObjectStore;
  readonly sealer: Sealer;
  readonly version: 1 | 2;
  /** Gets index files and snapshots that are written or read. */
  readonly cache?: MetadataCache | undefined;
}

/** The sealed JSON objects of a repository. */
export class JsonObjects {
  readonly store: ObjectStore;
  readonly #sealer: Sealer;
  readonly #version: 1 | 2;
  readonly #cache: MetadataCache | undefined;

  constructor(options: JsonObjectsOptions) {
    this.#cache = options.cache;
    this.store = options.store;
    this.#sealer = options.sealer;
    this.#version = options.version;
  }

  /** Byte for byte. Version 1 knows no compression. */
  async save(kind: JsonKind, json: Uint8Array): Promise<Id> {
    const sealed = this.#version === 1 ? this.#sealer.seal(json) : sealUnpacked(this.#sealer, json);
    const id = hash('sha256', sealed);
    await this.store.put(objectName(kind, id), sealed);
    if (kind !== 'locks') await this.#cache?.put(kind, id, sealed);
    return id;
  }

  /** The JSON's bytes. Throws `object-missing`, `object-damaged`, for an index `index-damaged`. */
  async read(kind: JsonKind, id: Id): Promise<Buffer> {
    return this.#open(kind, id, await this.store.get(objectName(kind, id)));
  }

  /**
   * As `read`, of an object that is there, because it was listed: then it may come from the cache. `object-missing`, too, when
   * it is gone since.
   */
  async readListed(kind: Exclude<JsonKind, 'locks'>, id: Id): Promise<Buffer> {
    const cached = await this.#cache?.get(kind, id);
    if (cached !== undefined && hash('sha256', cached) === id) return this.#open(kind, id, cached);
    const sealed = await this.store.get(objectName(kind, id));
    const json = this.#open(kind, id, sealed);
    await this.#cache?.put(kind, id, sealed);
    return json;
  }

  #open(kind: JsonKind, id: Id, sealed: Buffer): Buffer {
    const name = objectName(kind, id);
    if (hash('sha256', sealed) !== id) throw damage(codes[kind], name, 'its bytes do not fit its name');
    const json = openUnpacked(this.#sealer, sealed, jsonLimits[kind]);
    if (!json) throw damage(codes[kind], name, 'it was not written with the key of this repository');
    return json;
  }

  async load(kind: JsonKind, id: Id): Promise<unknown> {
    return parsed(kind, id, await this.read(kind, id));
  }

  async loadListed(kind: Exclude<JsonKind, 'locks'>, id: Id): Promise<unknown> {
    return parsed(kind, id, await this.readListed(kind, id));
  }

  /** In no order; files that are no objects of this kind are passed over. */
  async *list(kind: ObjectKind): AsyncGenerator<IdentifiedObject> {
    for await (const info of this.store.list(`${kind}/`)) {
      const id = idInName(kind, info.name);
      if (id) yield { ...info, id };
    }
  }

  async remove(kind: JsonKind, id: Id): Promise<void> {
    await this.store.remove(objectName(kind, id));
    if (kind !== 'locks') await this.#cache?.drop(kind, id);
  }
}

function parsed(kind: JsonKind, id: Id, json: Buffer): unknown {
  const value = parseJson(json);
  if (value === undefined) throw damage(codes[kind], objectName(kind, id), 'it is no JSON');
  return value;
}

const codes = { index: 'index-damaged', snapshots: 'object-damaged', locks: 'object-damaged' } as const;
