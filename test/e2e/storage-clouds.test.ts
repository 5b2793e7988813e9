import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../servers/azurite.ts';
import { type GcsServer, startGcsServer } from '../servers/gcs.ts';
import { makeContainer } from '../storage/azure/container.ts';
import { folderWith, muster, musterJson } from './muster.ts';

const passphrase = 'correct horse battery staple';

describe('storage targets of clouds, by a plan', () => {
  let azurite: Azurite;
  let google: GcsServer;
  beforeAll(async () => {
    azurite = await startAzurite();
    google = await startGcsServer();
  });
  afterAll(async () => {
    await azurite[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  async function start(): Promise<{ readonly folder: string; readonly env: Record<string, string> }> {
    const container = await makeContainer(azurite);
    const bucket = google.buckets.make('acme-backups');
    const plan = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  azure:
    type: azure
    account: ${azurite.account}
    container: ${container.name}
    prefix: prod
    endpoint: ${azurite.endpoint}
    accessTier: cool
    credentials: { accountKey: { env: AZURE_KEY } }
    retry: { limit: 1, interval: 1s }
  google:
    type: gcs
    bucket: ${bucket.name}
    prefix: prod/shop
    endpoint: ${google.endpoint}
    storageClass: NEARLINE
    credentials: { file: ./google.json }
    retry: { limit: 1, interval: 1s }
systems:
  web: { storage: { to: azure, copies: [google] }, source: { type: files, paths: [./web] } }
`;
    const files = {
      'muster.yaml': plan,
      'google.json': google.login.serviceAccount,
      'web/index.html': '<h1>shop</h1>',
    };
    return {
      folder: await folderWith(files),
      env: { MUSTER_PASSPHRASE: passphrase, AZURE_KEY: azurite.accountKey },
    };
  }

  test('back up, verify all copies, check the targets, restore from each', async () => {
    const { folder, env } = await start();
    const call = { cwd: folder, env };
    await writeFile(join(folder, 'web', 'large'), randomBytes(5 * 2 ** 20));
    expect(await muster(['backup', 'web'], call)).toMatchObject({ exitCode: 0 });
    expect(await muster(['verify', '--all-copies', '--level', 'thorough'], call)).toMatchObject({ exitCode: 0 });
    for (const name of ['azure', 'google']) {
      const to = join(folder, `back-from-${name}`);
      expect(await muster(['restore', 'web', '--from', name, '--to', to], call)).toMatchObject({ exitCode: 0 });
      expect(await readFile(join(to, folder, 'web/index.html'), 'utf8')).toBe('<h1>shop</h1>');
      const [one, other] = await Promise.all([
        readFile(join(to, folder, 'web/large')),
        readFile(join(folder, 'web/large')),
      ]);
      expect(one.equals(other)).toBe(true);
    }
    const { storage } = await musterJson<{ storage: readonly { used: number | null }[] }>(['status'], call);
    for (const { used } of storage) expect(used).toBeGreaterThan(5 * 2 ** 20);
    const packs =
      google.buckets.get('acme-backups')?.all.filter(({ name }) => name.startsWith('prod/shop/data/')) ?? [];
    expect(new Set(packs.map(({ storageClass }) => storageClass))).toEqual(new Set(['NEARLINE']));
    expect(await muster(['prune'], call)).toMatchObject({ exitCode: 0 });
  });

  test('credentials that are wrong are told, and shown to nobody', async () => {
    const { folder, env } = await start();
    const accountKey = Buffer.from('a wrong key, and a secret').toString('base64');
    await writeFile(join(folder, 'google.json'), '{"type":"service_account","private_key":"very secret"}');
    const { exitCode, stdout, stderr } = await muster(['backup', 'web'], {
      cwd: folder,
      env: { ...env, AZURE_KEY: accountKey },
    });
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain('account key');
    expect(stdout + stderr).not.toContain(accountKey);
    expect(stdout + stderr).not.toContain('very secret');
  });
});
