import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Small files, a thousand in each folder; as many of them differ as `contents` says. */
export function smallFiles(folder: string, { files, contents }: { files: number; contents: number }): string {
  for (let i = 0; i < files; i += 1) {
    const below = join(folder, String(Math.floor(i / 1000)));
    if (i % 1000 === 0) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, String(i)), `content ${i % contents}`);
  }
  return folder;
}

/** One file that takes 50 GiB to read and next to nothing on the disk. */
export function hole(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'image'), 'first');
  truncateSync(join(folder, 'image'), 50 * 2 ** 30);
  return folder;
}
