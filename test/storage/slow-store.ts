import { setTimeout as wait } from 'node:timers/promises';
import { MusterError } from '../../src/base/error.ts';
import { checkObjectName } from '../../src/storage/name.ts';
import type { ByteRange, ObjectInfo, ObjectStore, ObjectWriter, StoreFacts } from '../../src/storage/store.ts';

/** One request to the store. */
export interface StoreRequest {
  readonly kind: 'put' | 'get' | 'size' | 'list' | 'remove' | 'thaw' | 'locked';
  readonly name: string;
}

export interface SlowStoreOptions {
  /** How long each request takes, in milliseconds; default: it is only not at once. */
  readonly delay?: number;
  readonly concurrency?: number;
  /** Asked before each request: what it fails with. */
  readonly fault?: ((request: StoreRequest) => Error | undefined) | undefined;
}

/** A store in memory behind a network: each request takes its time, is counted, and may fail. */
export class SlowStore implements ObjectStore {
  readonly description = 'slow memory';
  readonly facts: StoreFacts;
  /** What is in it, and since when. */
  readonly objects = new Map<string, { readonly bytes: Buffer; readonly modifiedAt: number }>();
  requests: StoreRequest[] = [];
  /** Most requests, and most bytes of bodies, that were on their way at one time. */
  mostAtOnce = 0;
  mostBytes = 0;
  fault: SlowStoreOptions['fault'];
  readonly #delay: number;
  #atOnce = 0;
  #bytes = 0;

  constructor({ delay = 0, concurrency = 8, fault }: SlowStoreOptions = {}) {
    this.#delay = delay;
    this.fault = fault;
    this.facts = {
      type: 's3',
      folder: undefined,
      concurrency,
      conditionalWrites: true,
      appendOnly: false,
      immutable: undefined,
    };
  }

  /** What was asked since the last time, in short: `put index`, `get data` … with how often. */
  takeCounts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { kind, name } of this.requests) {
      const key = `${kind} ${name.split('/')[0]}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    this.requests = [];
    return counts;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const copy = Buffer.from(bytes);
    await this.#request({ kind: 'put', name }, copy.length, () => void this.#set(name, copy));
  }

  async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    const copy = Buffer.from(bytes);
    return await this.#request(
      { kind: 'put', name },
      copy.length,
      () => !this.objects.has(name) && this.#set(name, copy),
    );
  }

  async writer(): Promise<ObjectWriter> {
    const pieces: Buffer[] = [];
    return await Promise.resolve({
      write: async (piece: Uint8Array) => void (await Promise.resolve(pieces.push(Buffer.from(piece)))),
      commit: async (name: string) => await this.put(name, Buffer.concat(pieces)),
      abort: async () => void (await Promise.resolve((pieces.length = 0))),
    });
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    const length = range?.length ?? this.objects.get(name)?.bytes.length ?? 0;
    return await this.#request({ kind: 'get', name }, length, () => {
      const found = this.objects.get(name)?.bytes;
      if (found === undefined) throw new MusterError(`no ${name}`, { code: 'object-missing' });
      const { offset, length: wanted } = range ?? { offset: 0, length: found.length };
      return Buffer.from(found.subarray(offset, offset + wanted));
    });
  }

  async size(name: string): Promise<number | undefined> {
    return await this.#request({ kind: 'size', name }, 0, () => this.objects.get(name)?.bytes.length);
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    await this.#request({ kind: 'list', name: prefix }, 0, () => undefined);
    for (const [name, { bytes, modifiedAt }] of this.objects)
      if (name.startsWith(prefix)) yield { name, size: bytes.length, modifiedAt };
  }

  async remove(name: string): Promise<void> {
    await this.#request({ kind: 'remove', name }, 0, () => void this.objects.delete(name));
  }

  /** For further kinds of requests of stores that are made of this one. */
  async ask<T>(request: StoreRequest, answer: () => T): Promise<T> {
    return await this.#request(request, 0, answer);
  }

  #set(name: string, bytes: Buffer): boolean {
    this.objects.set(name, { bytes, modifiedAt: Date.now() });
    return true;
  }

  async #request<T>(request: StoreRequest, bytes: number, answer: () => T): Promise<T> {
    if (request.kind !== 'list') checkObjectName(request.name);
    this.requests.push(request);
    this.#atOnce += 1;
    this.#bytes += bytes;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    this.mostBytes = Math.max(this.mostBytes, this.#bytes);
    try {
      await wait(this.#delay);
      const fault = this.fault?.(request);
      if (fault !== undefined) throw fault;
      return answer();
    } finally {
      this.#atOnce -= 1;
      this.#bytes -= bytes;
    }
  }
}
