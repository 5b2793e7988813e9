import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { openVault } from '../../../src/vault/open-vault.ts';
import { namesOf } from '../../conformance/listing.ts';
import { requireProgram } from '../../require.ts';
import { treeRequest } from '../../vault/place.ts';
import { nameFor, restRig } from './rig.ts';

const run = promisify(execFile);

describe.runIf(requireProgram('restic'))('restic and muster on one REST server', () => {
  const { folder, openAt, serve } = restRig();

  test('each reads, checks and adds to what the other wrote', async () => {
    const { port } = await serve();
    const url = `http://127.0.0.1:${port}/vault/`;
    const restic = async (...parameters: string[]): Promise<string> => {
      const cache = ['--cache-dir', join(folder(), 'cache')];
      const env = { ...process.env, RESTIC_REPOSITORY: `rest:${url}`, RESTIC_PASSWORD: 'green' };
      return (await run('restic', [...parameters, ...cache], { env })).stdout;
    };
    const source = join(folder(), 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'a'), randomBytes(3_000_000));
    await restic('init');
    await restic('backup', source);
    await restic('check', '--read-data');

    const store = openAt(url);
    for (const name of await namesOf(store, 'data/')) expect(nameFor('data', await store.get(name))).toBe(name);
    const vault = await openVault({ store, passphrase: 'green', clock: systemClock });
    const [theirs] = await vault.snapshots();
    writeFileSync(join(source, 'b'), randomBytes(1_000_000));
    const ours = await vault.backup(treeRequest(source, { parent: theirs?.id }));
    expect(ours).toMatchObject({ faults: [], filesNew: 1 });
    await vault.close();

    await restic('check', '--read-data');
    await restic('restore', ours.snapshot, '--target', join(folder(), 'restored'));
    expect(readFileSync(join(folder(), 'restored', source, 'b'))).toEqual(readFileSync(join(source, 'b')));
    await restic('forget', '--keep-last', '1', '--prune');
    expect(await namesOf(store, 'snapshots/')).toHaveLength(1);
    expect(await namesOf(store, 'locks/')).toEqual([]);
  });
});
