import type { S3Client, StorageClass } from '@aws-sdk/client-s3';
import type { Instant } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import type { Immutability } from '../../plan/model/storage.ts';
import { checkObjectName } from '../name.ts';
import type { S3StoreOptions } from './options.ts';
import type { Holds } from '../store.ts';
import { createClient } from './client.ts';
import { type Refusal, refusalOf, s3Fault } from './fault.ts';

/** A bucket and a prefix in it, with what every request there has to know. */
export class S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  readonly description: string;
  readonly immutable: Immutability | undefined;
  readonly thaw: S3StoreOptions['thaw'];
  readonly now: () => Instant;
  readonly #options: S3StoreOptions;
  readonly #root: string;

  constructor(options: S3StoreOptions) {
    checkCustomerKey(options);
    this.#options = options;
    this.client = createClient(options);
    this.bucket = options.bucket;
    this.immutable = options.immutable;
    this.thaw = options.thaw;
    this.now = options.now ?? Date.now;
    this.#root = options.prefix === '' ? '' : `${options.prefix}/`;
    const host = options.endpoint === undefined ? 'Amazon' : new URL(options.endpoint).host;
    this.description = `s3 ${[options.bucket, options.prefix].filter(Boolean).join('/')} at ${host}`;
  }

  /** Throws `bad-object-name`. */
  keyOf(name: string): string {
    checkObjectName(name);
    return this.#root + name;
  }

  /** Throws `bad-object-name`. */
  keyPrefixOf(prefix: string): string {
    if (prefix !== '') checkObjectName(prefix.replace(/\/$/, ''));
    return this.#root + prefix;
  }

  nameOf(key: string): string {
    return key.slice(this.#root.length);
  }

  /** Of the object: bucket and key. Throws `bad-object-name`. */
  objectOf(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket, Key: this.keyOf(name) };
  }

  /** The same, with the key that it is encrypted with, if that is sent along. */
  readable(name: string): ReturnType<S3Place['objectOf']> & CustomerKey {
    return { ...this.objectOf(name), ...this.customerKey() };
  }

  customerKey(): CustomerKey {
    const { encryption } = this.#options;
    return encryption?.kind === 'customer' ? { SSECustomerAlgorithm: 'AES256', SSECustomerKey: encryption.key } : {};
  }

  /** Of the source of a copy. */
  customerKeyOfSource(): {
    readonly CopySourceSSECustomerAlgorithm?: 'AES256';
    readonly CopySourceSSECustomerKey?: string;
  } {
    const { encryption } = this.#options;
    if (encryption?.kind !== 'customer') return {};
    return { CopySourceSSECustomerAlgorithm: 'AES256', CopySourceSSECustomerKey: encryption.key };
  }

  /** What an object of this name is written with: its encryption, and its class, which is for packs of content. */
  written(name: string, holds: Holds = 'content'): ReturnType<S3Place['readable']> & Written {
    const { storageClass } = this.#options;
    const isContent = name.startsWith('data/') && holds === 'content';
    return {
      ...this.readable(name),
      ...this.#serverEncryption(),
      ...(storageClass !== undefined && isContent && { StorageClass: storageClass as StorageClass }),
    };
  }

  #serverEncryption(): Pick<Written, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
    const { encryption } = this.#options;
    if (encryption?.kind === 'server') return { ServerSideEncryption: 'AES256' };
    if (encryption?.kind !== 'kms') return {};
    return { ServerSideEncryption: 'aws:kms', ...(encryption.key !== undefined && { SSEKMSKeyId: encryption.key }) };
  }

  /** Makes a request; its fault is one of the store. */
  async ask<T>(doing: string, what: string, request: (client: S3Client) => Promise<T>): Promise<T> {
    return await this.askOr(doing, what, { request, expected: () => undefined });
  }

  /** The same, but a refusal that `expected` has a value for is an answer. */
  async askOr<T, E>(
    doing: string,
    what: string,
    { request, expected }: { request: (client: S3Client) => Promise<T>; expected: (refusal: Refusal) => E | undefined },
  ): Promise<T | Exclude<E, undefined>> {
    try {
      return await request(this.client);
    } catch (error) {
      const answer = expected(refusalOf(error));
      // Undefined was excluded; the compiler can't see that through the type parameter.
      if (answer !== undefined) return answer as Exclude<E, undefined>;
      throw s3Fault(error, { doing, what, store: this.description });
    }
  }
}

interface CustomerKey {
  readonly SSECustomerAlgorithm?: 'AES256';
  readonly SSECustomerKey?: string;
}

interface Written {
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms';
  readonly SSEKMSKeyId?: string;
  readonly StorageClass?: StorageClass;
}

function checkCustomerKey({ encryption, bucket }: S3StoreOptions): void {
  if (encryption?.kind !== 'customer' || Buffer.from(encryption.key, 'base64').length === 32) return;
  throw new MusterError(`the key that encrypts objects in the bucket ${bucket} is not 32 bytes in base64`, {
    code: 'storage-failed',
    hint: 'Make one with `openssl rand -base64 32`, and keep it: without it nothing can be read.',
  });
}
