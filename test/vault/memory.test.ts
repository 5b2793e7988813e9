import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newVault, temporaryFolder } from './place.ts';

const mebibyte = 2 ** 20;
/** What one more piece may take while it is stored: its entry in the index, and the claim of the threads. */
const bytesPerPiece = 60 + 90;
/** What the garbage collector lets lie about, which is more or less from run to run. */
const slack = 40 * mebibyte;

describe('the memory of a backup', () => {
  test('of ten times as many files grows by what the index takes, and no more', async () => {
    const [few, many] = [2000, 20_000];
    const [less, more] = [await peakOf(smallFiles(few)), await peakOf(smallFiles(many))];
    expect(more - less).toBeLessThan(slack + (many - few) * bytesPerPiece);
  });

  test('of a file of 50 GiB that is a hole is that of a small one, and again when it is compared with the last backup', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'image'), 'first');
    truncateSync(join(folder, 'image'), 50 * 2 ** 30);
    // Its list of chunks is part of its folder's object: 67 bytes for each 512 KiB, several times over while it is made.
    const limit = (await peakOf(smallFiles(10))) + slack + 6 * 67 * 102_400;
    const vault = await newVault();
    expect(peakIn(vault.folder, folder)).toBeLessThan(limit);
    expect(peakIn(vault.folder, folder)).toBeLessThan(limit);
  });
});

function smallFiles(count: number): string {
  const folder = temporaryFolder();
  for (let i = 0; i < count; i += 1) {
    if (i % 100 === 0) mkdirSync(join(folder, `${i / 100}`));
    writeFileSync(join(folder, `${Math.floor(i / 100)}`, `${i}`), `content of file ${i}`);
  }
  return folder;
}

/** Greatest resident size of a process that backs a folder up to a new vault, in bytes. */
async function peakOf(source: string): Promise<number> {
  const { folder } = await newVault();
  return peakIn(folder, source);
}

function peakIn(folder: string, source: string): number {
  const child = join(import.meta.dirname, 'children/peak.ts');
  // The flag is what the launcher sets.
  const parameters = ['--optimize-for-size', child, folder, source];
  return Number(execFileSync(process.execPath, parameters, { encoding: 'utf8' })) * 1024;
}
