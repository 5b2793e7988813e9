import { appendFileSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { requireProgram } from '../../require.ts';
import { folderWith, newVault, noise, restic, temporaryFolder, treeRequest, type TestVault } from '../place.ts';

interface Summary {
  readonly files_new: number;
  readonly files_changed: number;
  readonly files_unmodified: number;
  /** Data and trees, before compression. */
  readonly data_added: number;
  readonly total_files_processed: number;
  readonly total_bytes_processed: number;
}

describe.runIf(requireProgram('restic'))('restic counts the same', () => {
  let ours: TestVault;
  let theirs: string;
  let source: string;
  let parent: string | undefined;

  beforeAll(async () => {
    ours = await newVault();
    theirs = join(temporaryFolder(), 'theirs');
    restic(theirs, 'init');
    source = folderWith({ 'a/text': 'x'.repeat(3000), 'a/noise': noise(3_000_000), 'b/one': '1', 'b/two': '2', c: '' });
    copyFileSync(join(source, 'a/noise'), join(source, 'b/same noise'));
  });

  /** What both count of the same tree, and how far apart they are in bytes that are new. */
  async function bothCount(): Promise<{ ours: object; theirs: object; apart: number }> {
    const result = await ours.vault.backup(treeRequest(source, { parent }));
    const last = restic(theirs, 'backup', '--json', source).trim().split('\n').at(-1) ?? '';
    const summary = JSON.parse(last) as Summary;
    parent = result.snapshot;
    const { filesNew, filesChanged, filesUnmodified, files, bytesTotal, bytesNew } = result;
    return {
      ours: { filesNew, filesChanged, filesUnmodified, files, bytesTotal },
      theirs: {
        filesNew: summary.files_new,
        filesChanged: summary.files_changed,
        filesUnmodified: summary.files_unmodified,
        files: summary.total_files_processed,
        bytesTotal: summary.total_bytes_processed,
      },
      apart: Math.abs(bytesNew - summary.data_added),
    };
  }

  async function expectSame(): Promise<void> {
    const counts = await bothCount();
    expect(counts.ours).toEqual(counts.theirs);
    // Each vault cuts large files at places of its own, and trees name every piece.
    expect(counts.apart).toBeLessThan(1000);
  }

  test('of a first backup', async () => {
    expect.hasAssertions();
    await expectSame();
  });

  test('of an unchanged tree', async () => {
    expect.hasAssertions();
    await expectSame();
  });

  test('after files were added, changed, touched, copied and removed', async () => {
    expect.hasAssertions();
    writeFileSync(join(source, 'b/one'), 'another');
    appendFileSync(join(source, 'a/text'), 'more');
    copyFileSync(join(source, 'a/noise'), join(source, 'b/third noise'));
    mkdirSync(join(source, 'd'));
    writeFileSync(join(source, 'd/new'), noise(10_000));
    rmSync(join(source, 'b/two'));
    await expectSame();
  });
});

test('what is new is told apart from what takes room', async () => {
  const { vault } = await newVault();
  const source = folderWith({ zeros: '0'.repeat(500_000), noise: noise(500_000) });
  const first = await vault.backup(treeRequest(source));
  expect(first).toMatchObject({ bytesRead: 1_000_000, filesNew: 2, filesChanged: 0, filesUnmodified: 0 });
  expect(first.bytesNew).toBeGreaterThan(1_000_000);
  expect(first.bytesNew).toBeLessThan(1_010_000);
  expect(first.bytesStored).toBeLessThan(450_000);
  copyFileSync(join(source, 'noise'), join(source, 'copy'));
  const second = await vault.backup(treeRequest(source, { parent: first.snapshot }));
  expect(second).toMatchObject({ bytesRead: 500_000, filesNew: 1, filesUnmodified: 2 });
  expect(second.bytesNew).toBeLessThan(10_000);
});
