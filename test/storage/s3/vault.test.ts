import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { toBytePath } from '../../../src/base/capture.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { S3StoreOptions } from '../../../src/storage/s3/options.ts';
import { createVault, openVault } from '../../../src/vault/open-vault.ts';
import { namesOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { type Radosgw, startRadosgw } from '../../servers/radosgw.ts';
import { compareTrees } from '../../vault/compare-trees.ts';
import { restic, temporaryFolder, treeRequest } from '../../vault/place.ts';
import { passphrase } from '../../vault/open-again.ts';
import { makeBucket } from './bucket.ts';

const hasPrograms = requireProgram('radosgw', ['--version']) && requireProgram('restic');

describe.runIf(hasPrograms)('a vault in S3', () => {
  let server: Radosgw;
  beforeAll(async () => (server = await startRadosgw()));
  afterAll(async () => server[Symbol.asyncDispose]());
  afterEach(() => vi.unstubAllEnvs());

  const place = temporaryFolder();
  const source = join(place, 'source');
  mkdirSync(join(source, 'below'), { recursive: true });
  for (let i = 0; i < 2; i += 1) writeFileSync(join(source, `large-${i}`), randomBytes(18 * 2 ** 20));
  for (let i = 0; i < 50; i += 1) writeFileSync(join(source, 'below', String(i)), randomBytes(3000));

  test.each<readonly [string, Partial<S3StoreOptions>]>([
    ['', {}],
    ['with locks', { immutable: { mode: 'compliance', for: 3_600_000 } }],
  ])('%s is one that restic reads, checks and writes too', async (_, changes) => {
    const bucket = await makeBucket(server, { locks: changes.immutable !== undefined });
    const store = await bucket.open({ ...changes, prefix: 'prod' });
    const made = await createVault({ store, passphrases: [passphrase], clock: systemClock });
    const { snapshot } = await made.backup(treeRequest(source));
    await made.close();
    expect(await namesOf(store, 'locks/')).toEqual([]);

    vi.stubEnv('AWS_ACCESS_KEY_ID', server.users.main.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.users.main.secretAccessKey);
    const url = `s3:${server.endpoint}/${bucket.name}/prod`;
    expect(restic(url, 'check', '--read-data')).toContain('no errors were found');
    const theirs = join(place, `by restic ${bucket.name}`);
    restic(url, 'restore', snapshot, '--target', theirs);
    expect(compareTrees(source, join(theirs, source))).toEqual([]);
    restic(url, 'backup', join(source, 'below'));

    const vault = await openVault({ store, passphrase, clock: systemClock });
    expect(await vault.snapshots()).toHaveLength(2);
    const { checks } = await vault.verifyAll({});
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    const ours = join(place, `by muster ${bucket.name}`);
    await vault.restore({ snapshot, target: toBytePath(ours), overwrite: 'never' });
    expect(compareTrees(source, join(ours, source))).toEqual([]);
    await vault.close();
  });
});
