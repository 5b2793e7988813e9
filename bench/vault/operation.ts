import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

/* One operation on a vault, in a process of its own: `node operation.js create|first|again|restore|check VAULT PATH…`. */

// As the launcher does.
setFlagsFromString('--optimize-for-size');
enableCompileCache();
const { systemClock } = await import('../../src/base/clock.ts');
const { toBytePath } = await import('../../src/base/capture.ts');
const { openLocalStore } = await import('../../src/storage/local.ts');
const [operation = '', folder = '', ...paths] = process.argv.slice(2);
const store = openLocalStore({ folder });
const passphrase = process.env['RESTIC_PASSWORD'] ?? '';

if (operation === 'create') {
  const { createVault } = await import('../../src/vault/open-vault.ts');
  await createVault({ store, passphrases: [passphrase], clock: systemClock });
} else if (operation === 'check') await check();
else await transfer();

async function transfer(): Promise<void> {
  const { openVault } = await import('../../src/vault/open-vault.ts');
  const vault = await openVault({ store, passphrase, clock: systemClock });
  const latest = operation === 'first' ? undefined : (await vault.snapshots()).at(-1)?.id;
  if (operation === 'restore') {
    const [target = ''] = paths;
    await vault.restore({ snapshot: latest ?? '', target: toBytePath(target), overwrite: 'never' });
  } else {
    // As a plan without further keys has it.
    const { filesSource } = await import('../../src/sources/files.ts');
    const source = {
      type: 'files',
      at: { file: '', line: 1, column: 1 },
      paths,
      exclude: [],
      allowEmpty: false,
    } as const;
    const { roots } = await filesSource.capture(source, { scratch: folder, signal: new AbortController().signal });
    await vault.backup({ roots, paths, parent: latest, time: Date.now(), tags: [] });
  }
  await vault.close();
}

/** What `restic check --read-data` does: every byte of every pack. */
async function check(): Promise<void> {
  const { openRepository } = await import('../../src/vault/open.ts');
  const repository = await openRepository({ store, passphrase, clock: systemClock });
  const faulty = await repository.checkPacks(await repository.listIds('data'));
  if (faulty.length > 0) throw new Error(`${faulty.length} packs are damaged`);
  await repository.close();
}
