import { MusterError } from '../../base/error.ts';
import type { GcsStoreOptions } from './options.ts';
import { Keys } from '../keys.ts';
import { GcsClient } from './client.ts';
import { BadStatus, gcsFault } from './fault.ts';

/** A bucket and a prefix in it, with what every request there has to know. */
export class GcsPlace extends Keys {
  readonly client: GcsClient;
  readonly description: string;
  readonly #options: GcsStoreOptions;

  constructor(options: GcsStoreOptions) {
    super(options.prefix);
    this.#options = options;
    this.client = new GcsClient(options);
    const host = options.endpoint === undefined ? 'Google' : new URL(options.endpoint).host;
    this.description = `gcs ${[options.bucket, options.prefix].filter(Boolean).join('/')} at ${host}`;
  }

  get bucketPath(): string {
    return `/storage/v1/b/${encodeURIComponent(this.#options.bucket)}`;
  }

  /** Throws `bad-object-name`. */
  objectPath(name: string): string {
    return `${this.bucketPath}/o/${encodeURIComponent(this.keyOf(name))}`;
  }

  get uploadPath(): string {
    return `/upload${this.bucketPath}/o`;
  }

  /** What is told of an object that is written, with the hash that the server compares. Throws `bad-object-name`. */
  factsOf(name: string, md5Hash: string): Readonly<Record<string, string>> {
    const { storageClass } = this.#options;
    const facts = { name: this.keyOf(name), contentType: 'application/octet-stream', md5Hash };
    return storageClass !== undefined && name.startsWith('data/') ? { ...facts, storageClass } : facts;
  }

  /** Makes a request; its fault is one of the store. */
  async ask<T>(doing: string, what: string, request: () => Promise<T>): Promise<T> {
    return await this.askOr(doing, what, { request, expected: () => undefined });
  }

  /** The same, but a refusal that `expected` has a value for is an answer. */
  async askOr<T, E>(
    doing: string,
    what: string,
    { request, expected }: { request: () => Promise<T>; expected: (refusal: BadStatus) => E | undefined },
  ): Promise<T | Exclude<E, undefined>> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof MusterError) throw error;
      const answer = error instanceof BadStatus ? expected(error) : undefined;
      // Undefined was excluded; the compiler can't see that through the type parameter.
      if (answer !== undefined) return answer as Exclude<E, undefined>;
      throw gcsFault(error, { doing, what, store: this.description });
    }
  }
}

/** For `expected`: there is no such object. Of a bucket that isn't there the server says more. */
export function noneIfMissing({ status, message }: BadStatus): 'none' | undefined {
  return status === 404 && !/bucket does not exist/i.test(message) ? 'none' : undefined;
}
