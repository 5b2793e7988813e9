import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { MusterError } from '../../base/error.ts';
import type { AzureStoreOptions } from './options.ts';
import { Keys } from '../keys.ts';
import { type AzureClient, serviceOf } from './client.ts';
import { azureFault, type Refusal, refusalOf } from './fault.ts';

/** A container and a prefix in it, with what every request there has to know. */
export class AzurePlace extends Keys {
  readonly container: ContainerClient;
  readonly description: string;
  readonly #accessTier: AzureStoreOptions['accessTier'];
  readonly #credentials: AzureStoreOptions['credentials'];

  constructor(options: AzureStoreOptions, { container }: Pick<AzureClient, 'container'>) {
    super(options.prefix);
    this.container = container;
    this.#accessTier = options.accessTier;
    this.#credentials = options.credentials;
    const { host } = new URL(serviceOf(options));
    this.description = `azure ${[options.container, options.prefix].filter(Boolean).join('/')} at ${host}`;
  }

  /** Throws `bad-object-name`. */
  blob(name: string): BlockBlobClient {
    return this.container.getBlockBlobClient(this.keyOf(name));
  }

  /** Of a blob that is written; undefined: that of the account. */
  tierOf(name: string): { readonly tier?: string } {
    const tier = name.startsWith('data/') ? this.#accessTier : undefined;
    return tier === undefined ? {} : { tier: tiers[tier] };
  }

  /** Makes a request; its fault is one of the store. */
  async ask<T>(doing: string, what: string, request: () => Promise<T>): Promise<T> {
    return await this.askOr(doing, what, { request, expected: () => undefined });
  }

  /** The same, but a refusal that `expected` has a value for is an answer. */
  async askOr<T, E>(
    doing: string,
    what: string,
    { request, expected }: { request: () => Promise<T>; expected: (refusal: Refusal) => E | undefined },
  ): Promise<T | Exclude<E, undefined>> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof MusterError) throw error;
      const answer = expected(refusalOf(error));
      // Undefined was excluded; the compiler can't see that through the type parameter.
      if (answer !== undefined) return answer as Exclude<E, undefined>;
      throw azureFault(error, { doing, what, store: this.description, expired: !isValid(this.#credentials) });
    }
  }
}

const tiers = { hot: 'Hot', cool: 'Cool', cold: 'Cold' } as const;

/** A SAS says from when to when it is valid; one without an end stands for a policy on the server. */
function isValid(credentials: AzureStoreOptions['credentials']): boolean {
  if (credentials === undefined || !('sas' in credentials)) return true;
  const fields = new URLSearchParams(credentials.sas.trim());
  const [start, end] = [fields.get('st'), fields.get('se')].map((text) => Date.parse(text ?? ''));
  return !(Date.now() < (start ?? NaN)) && !(Date.now() > (end ?? NaN));
}
