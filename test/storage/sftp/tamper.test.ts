import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { checkStore } from '../../../src/storage/check/run.ts';
import { tamperWith } from '../../../src/storage/check/tamper.ts';
import { openSftpStore } from '../../../src/storage/sftp.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { hasSshd, startSftpServer, type SftpServer } from '../../servers/sftp.ts';

describe.runIf(hasSshd)('a folder on another host', () => {
  let server: SftpServer;
  let folder: string;
  let store: ObjectStore;
  beforeAll(async () => {
    server = await startSftpServer();
    folder = mkdtempSync(join(server.root, 'store-'));
    store = openSftpStore({
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
  });
  afterAll(async () => {
    await store.close?.();
    await server[Symbol.asyncDispose]();
  });

  test('is unprotected from whoever may log in', async () => {
    const { verdict, attempts, left } = await tamperWith(store);
    expect(attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['remove', 'done'],
      ['overwrite', 'done'],
      ['shorten-lock', 'not-applicable'],
      ['lift-lock', 'not-applicable'],
      ['destroy', 'done'],
      ['back-date', 'done'],
    ]);
    expect([verdict, left]).toEqual(['unprotected', []]);
  });

  test('is as it was after the suite', async () => {
    await store.put('muster/log/1', Buffer.from('kept'));
    const { counts, left } = await checkStore(store, { clock: systemClock });
    expect([counts.failed, left]).toEqual([0, undefined]);
    expect(readdirSync(join(folder, 'muster'))).toEqual(['log']);
    expect(readdirSync(folder).filter((name) => name !== 'tmp')).toEqual(['muster']);
  });
});
