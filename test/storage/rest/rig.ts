import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openRestStore, type RestOptions } from '../../../src/storage/rest.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { type Answer, startHttpServer } from '../../servers/http.ts';
import { type RestServer, type RestServerOptions, startRestServer } from '../../servers/rest-server.ts';

export const nobody = { user: undefined, password: undefined, ca: undefined };

export const bytes = Buffer.from('0123456789');

/** The name under which a server takes an object. */
export function nameFor(type: 'data' | 'index' | 'keys' | 'locks' | 'snapshots', content: Uint8Array): string {
  const id = hash('sha256', content);
  return type === 'data' ? `data/${id.slice(0, 2)}/${id}` : `${type}/${id}`;
}

export const data = nameFor('data', bytes);

/** Servers and stores of one test, in a folder of its own; ended after it. */
export interface RestRig {
  readonly folder: () => string;
  readonly serve: (options?: Partial<RestServerOptions>) => Promise<RestServer>;
  /** A server that answers as it likes. */
  readonly pretend: (answer: Answer) => Promise<ObjectStore>;
  readonly openAt: (url: string, options?: Partial<RestOptions>) => ObjectStore;
  /** The repository `vault` of a new server, made already when it can be. */
  readonly open: (server?: Partial<RestServerOptions>, options?: Partial<RestOptions>) => Promise<ObjectStore>;
}

export function restRig(): RestRig {
  let folder = '';
  let ends: (() => PromiseLike<void>)[] = [];
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'muster-rest-'))));
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
    ends = [];
    rmSync(folder, { recursive: true });
  });

  const serve: RestRig['serve'] = async (options = {}) => {
    const server = await startRestServer({ folder, ...options });
    ends.push(() => server[Symbol.asyncDispose]());
    return server;
  };
  const openAt: RestRig['openAt'] = (url, options = {}) => {
    const store = openRestStore({ ...nobody, url, ...options });
    ends.push(async () => store.close?.());
    return store;
  };
  const open: RestRig['open'] = async (server = {}, options = {}) => {
    const { port } = await serve(server);
    const store = openAt(`${server.tls ? 'https' : 'http'}://127.0.0.1:${port}/vault`, options);
    if (server.login?.password === options.password && !server.tls) await store.prepare?.([]);
    return store;
  };
  const pretend: RestRig['pretend'] = async (answer) => {
    const server = await startHttpServer(answer);
    ends.push(() => server[Symbol.asyncDispose]());
    return openAt(`http://127.0.0.1:${server.port}/`);
  };
  return { folder: () => folder, serve, pretend, openAt, open };
}
