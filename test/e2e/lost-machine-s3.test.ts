import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { startRadosgw } from '../servers/radosgw.ts';
import { makeBucket } from '../storage/s3/bucket.ts';
import { folderWith, muster, musterJson } from './muster.ts';

const hasServer = requireProgram('radosgw', ['--version']);

test.runIf(hasServer)('a bucket and a passphrase bring a lost machine back', { timeout: 180_000 }, async () => {
  await using s3 = await startRadosgw();
  const bucket = await makeBucket(s3);
  const { accessKeyId, secretAccessKey } = s3.users.main;
  const env = { S3_ID: accessKeyId, S3_KEY: secretAccessKey };
  const cloud = `{ type: s3, bucket: ${bucket.name}, endpoint: "${s3.endpoint}", region: default, pathStyle: true,
    credentials: { accessKeyId: { env: S3_ID }, secretAccessKey: { env: S3_KEY } } }`;
  const lost = await folderWith({
    'muster.yaml': `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  disk: { type: local, path: ./disk }
  cloud: ${cloud}
systems:
  web: { storage: { to: disk, copies: [cloud] }, source: { type: files, paths: [./web] } }
`,
    'web/index.html': '<h1>shop</h1>',
  });
  expect(await muster(['backup', 'web'], { cwd: lost, env })).toMatchObject({ exitCode: 0 });
  expect(await muster(['verify'], { cwd: lost, env })).toMatchObject({ exitCode: 0 });
  const { backups } = await musterJson<{ backups: readonly object[] }>(['backups'], { cwd: lost, env });
  await rm(lost, { recursive: true });

  const target = `muster: 1\nname: at-hand\nkeys: { any: { passphrase: { env: SPOKEN } } }\nstorage:\n  bucket: ${cloud}\n`;
  const cwd = await folderWith({ 'target.yaml': target });
  const begun = await musterJson<object>(['init', 'back', '--from', 'target.yaml'], {
    cwd,
    env: { ...env, SPOKEN: 'correct horse battery staple' },
  });
  expect(begun).toMatchObject({
    name: 'shop',
    storage: 'cloud',
    valid: true,
    byTags: 0,
    gone: [],
    found: backups,
    evidence: { faults: [], catalogs: [{ missing: [] }] },
  });
  const call = { cwd: join(cwd, 'back'), env };
  expect(await musterJson(['backups'], call)).toMatchObject({ backups });
  expect(await muster(['restore', 'web', '--to', 'restored'], call)).toMatchObject({ exitCode: 0 });
  expect(await readFile(join(cwd, 'back/restored', lost, 'web/index.html'), 'utf8')).toBe('<h1>shop</h1>');
});
