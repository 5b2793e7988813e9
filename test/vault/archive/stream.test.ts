import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toBytePath } from '../../../src/base/capture.ts';
import type { BackupResult, Vault } from '../../../src/vault/vault.ts';
import { requireProgram } from '../../require.ts';
import { passphrase } from '../open-again.ts';
import { newVault } from '../place.ts';

const dump = randomBytes(5 * 2 ** 20);
const path = toBytePath('/orders/dump.sql');

async function* inPieces(bytes: Uint8Array, length = 65_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield* inPieces(dump);
  throw new Error('the program ended with 1');
}

async function backUp(vault: Vault, read: () => AsyncIterable<Uint8Array>, parent?: string): Promise<BackupResult> {
  const roots = [{ kind: 'stream', path, read }] as const;
  return await vault.backup({ roots, paths: [path], parent, time: Date.UTC(2026, 0, 15), tags: [] });
}

async function contentOf(vault: Vault, snapshot: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await vault.file(snapshot, path)).read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a stream', () => {
  test('is stored as it comes, and read back as a file', async () => {
    const { vault } = await newVault();
    const result = await backUp(vault, () => inPieces(dump));
    expect(result).toMatchObject({
      files: 1,
      filesNew: 1,
      bytesTotal: dump.length,
      bytesRead: dump.length,
      faults: [],
    });
    expect((await contentOf(vault, result.snapshot)).equals(dump)).toBe(true);
  });

  test('that says the same again takes no room, and one that changed little takes little', async () => {
    const { vault } = await newVault();
    const first = await backUp(vault, () => inPieces(dump));
    const again = await backUp(vault, () => inPieces(dump, 1000), first.snapshot);
    expect(again).toMatchObject({ filesUnmodified: 1, bytesNew: 0 });
    const changed = Buffer.concat([Buffer.from('-- begin'), dump]);
    const third = await backUp(vault, () => inPieces(changed), again.snapshot);
    expect(third.filesChanged).toBe(1);
    expect(third.bytesNew).toBeLessThan(dump.length);
  });

  test('that fails, even after its last byte, leaves no snapshot', async () => {
    const { folder, vault } = await newVault();
    await expect(backUp(vault, failing)).rejects.toThrow('the program ended with 1');
    expect(readdirSync(join(folder, 'snapshots'))).toEqual([]);
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });

  test('is read from another copy where this one has lost a part', async () => {
    const [one, other] = [await newVault(), await newVault()];
    const { snapshot } = await backUp(one.vault, () => inPieces(dump));
    await one.vault.copyTo(other.vault, snapshot);
    for (const folder of readdirSync(join(one.folder, 'data')))
      for (const pack of readdirSync(join(one.folder, 'data', folder)))
        if (statSync(join(one.folder, 'data', folder, pack)).size > 2 ** 20)
          rmSync(join(one.folder, 'data', folder, pack));
    await expect(contentOf(one.vault, snapshot)).rejects.toMatchObject({ code: 'blob-missing' });
    async function* others(): AsyncGenerator<{ vault: Vault; given: () => void }> {
      yield { vault: other.vault, given: () => undefined };
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of (await one.vault.file(snapshot, path, others())).read()) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(dump)).toBe(true);
  });

  test('may be empty, and none is a folder', async () => {
    const { vault } = await newVault();
    const { snapshot } = await backUp(vault, () => inPieces(Buffer.alloc(0)));
    expect(await contentOf(vault, snapshot)).toHaveLength(0);
    for (const wrong of ['/orders', '/orders/dump.sql/x', '/other'])
      await expect(vault.file(snapshot, toBytePath(wrong))).rejects.toMatchObject({ code: 'path-missing' });
  });

  test.runIf(requireProgram('restic'))('is a file to restic', async () => {
    const { folder, vault } = await newVault();
    await backUp(vault, () => inPieces(dump));
    const restic = (...rest: readonly string[]): Buffer =>
      execFileSync('restic', ['-r', folder, '--no-cache', ...rest], {
        env: { ...process.env, RESTIC_PASSWORD: passphrase },
        maxBuffer: 2 ** 26,
      });
    restic('check', '--read-data');
    const restored = restic('dump', 'latest', path);
    expect(createHash('sha256').update(restored).digest('hex')).toBe(createHash('sha256').update(dump).digest('hex'));
  });
});
