import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { startRadosgw, type Radosgw } from '../servers/radosgw.ts';
import { hasSshd, startSftpServer, type SftpServer } from '../servers/sftp.ts';
import { makeBucket } from '../storage/s3/bucket.ts';
import { folderWith, muster, musterJson } from './muster.ts';

/* One backup on a disk, in a bucket of a real S3 server, and on a real SFTP host. */

const hasServers = requireProgram('radosgw', ['--version']) && hasSshd;

interface Backups {
  readonly backups: readonly {
    readonly status: string;
    readonly storage: readonly { readonly name: string; readonly status: string }[];
  }[];
}

describe.runIf(hasServers)('copies on a disk, in a bucket and on another host', () => {
  let s3: Radosgw;
  let sftp: SftpServer;
  beforeAll(async () => {
    s3 = await startRadosgw();
    sftp = await startSftpServer();
  }, 120_000);
  afterAll(async () => {
    await s3[Symbol.asyncDispose]();
    await sftp[Symbol.asyncDispose]();
  });

  async function shop(): Promise<{ readonly cwd: string; readonly env: Readonly<Record<string, string>> }> {
    const bucket = await makeBucket(s3);
    const vault = join(sftp.root, 'vault');
    await mkdir(vault);
    const { accessKeyId, secretAccessKey } = s3.users.main;
    const plan = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  disk: { type: local, path: ./disk, location: shop }
  cloud:
    type: s3
    bucket: ${bucket.name}
    endpoint: ${s3.endpoint}
    region: default
    pathStyle: true
    location: cloud
    credentials: { accessKeyId: { env: S3_ID }, secretAccessKey: { env: S3_KEY } }
    retry: { limit: 0 }
  host:
    type: sftp
    host: 127.0.0.1
    port: ${sftp.port}
    user: ${sftp.user}
    path: ${vault}
    identity: ${sftp.identity}
    hostKey: "${sftp.hostKey('ed25519').fingerprint}"
    location: office
    retry: { limit: 0 }
systems:
  web: { storage: { to: disk, copies: [cloud, host] }, source: { type: files, paths: [./web] } }
`;
    const cwd = await folderWith({
      'muster.yaml': plan,
      'web/index.html': '<h1>shop</h1>',
      'web/more': 'x'.repeat(9000),
    });
    return { cwd, env: { S3_ID: accessKeyId, S3_KEY: secretAccessKey } };
  }

  test(
    'one that is down makes a backup partial, copy heals it, and each brings everything back',
    { timeout: 120_000 },
    async () => {
      const call = await shop();
      await sftp.kill();
      expect(await muster(['backup', 'web'], call)).toMatchObject({ exitCode: 3 });
      const [partial] = (await musterJson<Backups>(['backups'], call)).backups;
      expect(partial).toMatchObject({ status: 'partial' });
      expect(partial?.storage.map(({ name, status }) => `${name} ${status}`)).toEqual([
        'disk stored',
        'cloud stored',
        'host failed',
      ]);
      expect(await muster(['copy'], call)).toMatchObject({ exitCode: 1 });
      await sftp.restart();
      await rm(join(call.cwd, 'disk/data'), { recursive: true });
      expect(await musterJson<object>(['copy'], call)).toMatchObject({
        status: 'succeeded',
        copies: [{ storage: 'host', status: 'stored', from: 'cloud' }],
      });
      expect((await musterJson<Backups>(['backups'], call)).backups[0]).toMatchObject({ status: 'succeeded' });

      const restored = await muster(['restore', 'web', '--to', 'mixed'], call);
      expect(restored).toMatchObject({ exitCode: 0 });
      expect(restored.stdout).toMatch(/restored from disk\n +what disk could not give came from cloud: \d+ parts?, /);
      for (const storage of ['cloud', 'host']) {
        expect(await muster(['restore', 'web', '--to', storage, '--from', storage], call)).toMatchObject({
          exitCode: 0,
        });
        expect(await readFile(join(call.cwd, storage, call.cwd, 'web/index.html'), 'utf8')).toBe('<h1>shop</h1>');
        expect(await muster(['verify', '--storage', storage, '--level', 'thorough'], call)).toMatchObject({
          exitCode: 0,
        });
      }
    },
  );
});
