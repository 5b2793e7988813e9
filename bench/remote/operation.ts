import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

/*
 * One operation on a vault in a bucket, in a process of its own: `node operation.js create|first|again|restore|check BUCKET
 * PATH…`. As restic does, it takes endpoint, keys and passphrase from the environment.
 */

// As the launcher does.
setFlagsFromString('--optimize-for-size');
enableCompileCache();
const { systemClock } = await import('../../src/base/clock.ts');
const { toBytePath } = await import('../../src/base/capture.ts');
const { openS3Store } = await import('../../src/storage/s3.ts');
const [operation = '', bucket = '', ...paths] = process.argv.slice(2);
const { env } = process;
const store = await openS3Store({
  bucket,
  prefix: '',
  endpoint: env['BENCH_ENDPOINT'],
  region: 'us-east-1',
  pathStyle: true,
  ca: undefined,
  storageClass: undefined,
  thaw: { tier: 'standard', days: 1 },
  credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
});
const passphrase = env['RESTIC_PASSWORD'] ?? '';
const cacheFolder = env['BENCH_CACHE'];

if (operation === 'create') {
  const { createVault } = await import('../../src/vault/open-vault.ts');
  await createVault({ store, passphrases: [passphrase], clock: systemClock });
} else if (operation === 'check') await check();
else await transfer();
await store.close?.();

async function transfer(): Promise<void> {
  const { openVault } = await import('../../src/vault/open-vault.ts');
  const vault = await openVault({ store, passphrase, clock: systemClock, cacheFolder });
  const latest = operation === 'first' ? undefined : (await vault.snapshots()).at(-1)?.id;
  if (operation === 'restore') {
    const [target = ''] = paths;
    await vault.restore({ snapshot: latest ?? '', target: toBytePath(target), overwrite: 'never' });
  } else {
    const roots = paths.map((path) => ({ kind: 'tree', path: toBytePath(path), excluded: () => false }) as const);
    await vault.backup({ roots, paths, parent: latest, time: Date.now(), tags: [] });
  }
  await vault.close();
}

/** What `restic check --read-data` does: every byte of every pack. */
async function check(): Promise<void> {
  const { openRepository } = await import('../../src/vault/open.ts');
  const repository = await openRepository({ store, passphrase, clock: systemClock, cacheFolder });
  const faulty = await repository.checkPacks(await repository.listIds('data'));
  if (faulty.length > 0) throw new Error(`${faulty.length} packs are damaged`);
  await repository.close();
}
