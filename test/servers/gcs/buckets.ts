import { hash } from 'node:crypto';
import { crc32c } from './crc32c.ts';

export interface StoredObject {
  readonly name: string;
  readonly bytes: Buffer;
  readonly generation: string;
  readonly storageClass: string;
  readonly timeCreated: string;
  /** Not the one that is read without asking for it. */
  noncurrent: boolean;
}

export class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  make(name: string, kind: Pick<Bucket, 'versions'> = { versions: 'none' }): Bucket {
    const bucket = new Bucket(name, kind.versions);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  get(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  delete(name: string): void {
    this.#buckets.delete(name);
  }
}

export class Bucket {
  readonly name: string;
  readonly versions: 'none' | 'kept';
  /** A retention policy keeps everything from being removed or replaced. */
  retention = false;
  /** Everybody may do everything, without a token (`allUsers`). */
  open = false;
  #objects: StoredObject[] = [];
  #generation = 1_700_000_000_000_000;

  constructor(name: string, versions: 'none' | 'kept') {
    this.name = name;
    this.versions = versions;
  }

  get all(): readonly StoredObject[] {
    return this.#objects;
  }

  find(name: string, generation?: string | null): StoredObject | undefined {
    return this.#objects.find(
      (object) => object.name === name && (generation ? object.generation === generation : !object.noncurrent),
    );
  }

  store(name: string, bytes: Buffer, storageClass = 'STANDARD'): StoredObject {
    this.remove(this.find(name));
    this.#generation += 1;
    const timeCreated = new Date().toISOString();
    const object = { name, bytes, storageClass, timeCreated, generation: String(this.#generation), noncurrent: false };
    this.#objects.push(object);
    return object;
  }

  /** With `versions`, the one that is read becomes an older one; one that is named by its generation goes for good. */
  remove(object: StoredObject | undefined, how: 'as usual' | 'for good' = 'as usual'): void {
    if (!object) return;
    if (this.versions === 'kept' && how === 'as usual') object.noncurrent = true;
    else this.#objects = this.#objects.filter((other) => other !== object);
  }
}

/** As the API shows an object. */
export function resourceOf({ name: bucket }: Bucket, object: StoredObject): Readonly<Record<string, string>> {
  const { name, generation, bytes, storageClass, timeCreated } = object;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    name,
    bucket,
    generation,
    metageneration: '1',
    storageClass,
    size: String(bytes.length),
    ...hashesOf(bytes),
    timeCreated,
    updated: timeCreated,
  };
}

const known = new WeakMap<Buffer, Hashes>();

interface Hashes {
  readonly md5Hash: string;
  readonly crc32c: string;
}

export function hashesOf(bytes: Buffer): Hashes {
  const hashes = known.get(bytes) ?? { md5Hash: hash('md5', bytes, 'base64'), crc32c: crc32c(bytes) };
  known.set(bytes, hashes);
  return hashes;
}
