import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { openSftpStore, type SftpOptions } from '../../../src/storage/sftp.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { type SftpServer, type SftpServerOptions, startSftpServer } from '../../servers/sftp.ts';

/** One server for the tests of a block, and stores that are closed after each test. */
export interface SftpRig {
  readonly server: () => SftpServer;
  /** A new folder on the server. */
  readonly newFolder: () => string;
  /** In a new folder, unless another `path` is named. */
  readonly open: (options?: Partial<SftpOptions>) => ObjectStore;
}

export function sftpRig(options: SftpServerOptions = {}): SftpRig {
  let server: SftpServer | undefined;
  let stores: ObjectStore[] = [];
  beforeAll(async () => void (server = await startSftpServer(options)));
  afterAll(async () => await server?.[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const store of stores) await store.close?.();
    stores = [];
  });

  const started = (): SftpServer => {
    if (server === undefined) throw new Error('the server is started before the first test');
    return server;
  };
  const newFolder = (): string => mkdtempSync(join(started().root, 'store-'));
  const open: SftpRig['open'] = (given = {}) => {
    const store = openSftpStore({ ...optionsFor(started(), given.path ?? newFolder()), ...given });
    stores.push(store);
    return store;
  };
  return { server: started, newFolder, open };
}

/** Logs in with the key that the server knows, to the host that it is. */
export function optionsFor(server: SftpServer, path: string): SftpOptions {
  return {
    host: '127.0.0.1',
    port: server.port,
    user: server.user,
    path,
    identity: server.identity,
    passphrase: undefined,
    agent: undefined,
    hostKey: server.hostKey('ed25519').fingerprint,
    knownHosts: undefined,
  };
}
