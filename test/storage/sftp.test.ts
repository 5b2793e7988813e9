import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openSftpStore } from '../../src/storage/sftp.ts';
import { describeObjectStore } from '../conformance/object-store.ts';
import { hasSshd, startSftpServer, type SftpServer } from '../servers/sftp.ts';

describe.runIf(hasSshd)('sftp', () => {
  let server: SftpServer;
  beforeAll(async () => void (server = await startSftpServer()));
  afterAll(() => server[Symbol.asyncDispose]());

  describeObjectStore('sftp', async () => {
    const folder = mkdtempSync(join(server.root, 'store-'));
    const store = openSftpStore({
      host: '127.0.0.1',
      port: server.port,
      user: server.user,
      path: folder,
      identity: server.identity,
      passphrase: undefined,
      agent: undefined,
      hostKey: server.hostKey('ed25519').fingerprint,
      knownHosts: undefined,
    });
    return {
      store,
      litter: async () => litterOf(folder),
      discard: async () => {
        await store.close?.();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
});

function litterOf(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, 'tmp'));
  } catch {
    return [];
  }
}
