import { Readable } from 'node:stream';
import type { Milliseconds } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import type { StoreAction } from './local/fault.ts';
import { checkObjectName } from './name.ts';
import { drain, expectStatus, type RestBody, RestClient, type RestPlace, StaleConnection } from './rest/client.ts';
import { BadStatus, hasStatus, onlyNew, restFault } from './rest/fault.ts';
import { listObjects, sizeOf } from './rest/listing.ts';
import { digestIn, notKept, pathOf } from './rest/names.ts';
import { hasDigest, readObject } from './rest/read.ts';
import { restTamper } from './rest/tamper.ts';
import { RestWriter } from './rest/writer.ts';
import type { ByteRange, ObjectInfo, ObjectStore, ObjectTamper, ObjectWriter, StoreFacts } from './store.ts';

/** The facts of `RestStorage`, with its secrets looked up. */
export interface RestOptions extends Omit<RestPlace, 'connections' | 'patience'> {
  /** The server was started with `--append-only`: nothing but locks is removed or replaced. Default: false. */
  readonly appendOnly?: boolean | undefined;
  /** Requests at once; default: 8. */
  readonly connections?: number | undefined;
  /** How long the server may leave a request without a byte; default: 2 minutes. */
  readonly patience?: Milliseconds | undefined;
}

/**
 * A repository on restic's REST server as an object store, by version 2 of its protocol, or 1 where the server knows no
 * other. It keeps restic's objects only: others are not there when they are asked for, and `put` refuses them with
 * `bad-object-name`. Throws `storage-failed` for an address that isn't one.
 */
export function openRestStore(options: RestOptions): ObjectStore {
  const { appendOnly = false, connections = 8, patience = 120_000, ...place } = options;
  return new RestStore(new RestClient({ ...place, connections, patience }), { appendOnly, connections });
}

class RestStore implements ObjectStore {
  readonly facts: StoreFacts;
  readonly description: string;
  readonly tamper: ObjectTamper;
  readonly #client: RestClient;

  constructor(client: RestClient, facts: { readonly appendOnly: boolean; readonly connections: number }) {
    this.facts = {
      type: 'rest',
      folder: undefined,
      concurrency: facts.connections,
      // The server looks first and then writes, but for `config`, of which one of two wins.
      conditionalWrites: false,
      appendOnly: facts.appendOnly,
      streams: false,
      names: 'content',
      immutable: undefined,
    };
    this.description = `rest ${client.address}`;
    this.tamper = restTamper(client);
    this.#client = client;
  }

  async prepare(): Promise<void> {
    await this.#guard({ doing: 'write', what: 'folders' }, async () => {
      const answer = await this.#client.send({ method: 'POST', path: '?create=true' });
      expectStatus(answer, 200, 201, 204);
      await drain(answer);
    });
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#put(name, bodyOf(bytes));
  }

  async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    const path = this.#pathToKeep(name);
    return await this.#guard({ doing: 'write', what: name }, () => this.#post(path, bodyOf(bytes)));
  }

  async writer(): Promise<ObjectWriter> {
    return await RestWriter.open({ description: this.description, put: (name, body) => this.#put(name, body) });
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    const path = pathOf(name);
    if (path === undefined) throw this.#missing(name);
    return await this.#guard({ doing: 'read', what: name }, async () => {
      try {
        return await readObject(this.#client, path, range);
      } catch (error) {
        throw hasStatus(error, 404) ? this.#missing(name) : error;
      }
    });
  }

  async size(name: string): Promise<number | undefined> {
    const path = pathOf(name);
    if (path === undefined) return undefined;
    return await this.#guard({ doing: 'read', what: name }, () => sizeOf(this.#client, path));
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    if (prefix !== '') checkObjectName(prefix.replace(/\/$/, ''));
    try {
      yield* listObjects(this.#client, prefix);
    } catch (error) {
      throw this.#fault(error, { doing: 'list', what: prefix || 'everything' });
    }
  }

  async remove(name: string): Promise<void> {
    const path = pathOf(name);
    if (path === undefined) return;
    await this.#guard({ doing: 'remove', what: name }, async () => {
      if (!this.#mayChange(name)) return await this.#refuseRemoval(name, path);
      await this.#remove(name, path);
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #put(name: string, body: RestBody): Promise<void> {
    const path = this.#pathToKeep(name);
    await this.#guard({ doing: 'write', what: name }, async () => {
      if (await this.#post(path, body)) return;
      if (await this.#isThere(path, body)) return;
      if (!this.#mayChange(name)) throw onlyNew('replaced in', name, this);
      await this.#remove(name, path);
      if (!(await this.#post(path, body)) && !(await this.#isThere(path, body)))
        throw new Error('another wrote it too');
    });
  }

  /** False when there is an object of this name: it is left as it is. */
  async #post(path: string, body: RestBody): Promise<boolean> {
    try {
      const answer = await this.#client.send({ method: 'POST', path, body });
      expectStatus(answer, 200, 201, 204);
      await drain(answer);
      return true;
    } catch (error) {
      if (hasStatus(error, 400, 401, 404, 413, 507)) throw error;
      if ((await sizeOf(this.#client, path).catch(() => undefined)) === undefined) {
        if (error instanceof StaleConnection) return await this.#post(path, body);
        throw error;
      }
      // Where the connection was cut, that may be what was sent; or the server had one, and did not read to the end.
      return !(error instanceof BadStatus) && (await this.#isThere(path, body).catch(() => false));
    }
  }

  /** True when what is there is what was to be written. */
  async #isThere(path: string, body: RestBody): Promise<boolean> {
    const digest = digestIn(path);
    if (digest !== undefined) return await hasDigest(this.#client, path, digest);
    const bytes = Buffer.concat((await body.open().toArray()) as Buffer[]);
    return bytes.equals(await readObject(this.#client, path));
  }

  /** A server that is told to keep everything forbids it, or knows no such method. */
  async #remove(name: string, path: string): Promise<void> {
    const answer = await this.#client.send({ method: 'DELETE', path });
    if (answer.statusCode === 403 || answer.statusCode === 405) {
      await drain(answer);
      throw onlyNew('removed from', name, this);
    }
    expectStatus(answer, 200, 204, 404);
    await drain(answer);
  }

  #mayChange(name: string): boolean {
    return !this.facts.appendOnly || name.startsWith('locks/');
  }

  /** What isn't there is gone already. */
  async #refuseRemoval(name: string, path: string): Promise<void> {
    if ((await sizeOf(this.#client, path)) !== undefined) throw onlyNew('removed from', name, this);
  }

  #pathToKeep(name: string): string {
    const path = pathOf(name);
    if (path === undefined) throw notKept(name, this.description);
    return path;
  }

  async #guard<T>(action: Omit<StoreAction, 'store'>, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw this.#fault(error, action);
    }
  }

  #fault(error: unknown, action: Omit<StoreAction, 'store'>): MusterError {
    return restFault(error, { ...action, store: this.description });
  }

  #missing(name: string): MusterError {
    return new MusterError(`${this.description} has no object ${name}`, {
      code: 'object-missing',
      hint: 'Check that this is the right storage target; else use another copy.',
    });
  }
}

function bodyOf(bytes: Uint8Array): RestBody {
  return { length: bytes.length, open: () => Readable.from([bytes], { objectMode: false }) };
}
