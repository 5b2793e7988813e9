import { randomBytes } from 'node:crypto';
import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Something to back up. */
export interface DataSet {
  readonly name: string;
  readonly paths: readonly string[];
  /** Changes about 2 % of it. Undefined: it is not ours to change. */
  readonly change: (() => void) | undefined;
}

const mebibyte = 2 ** 20;

/** Files of this system: every size and kind there is. */
export function systemFiles(scale: number): DataSet {
  const all = ['/usr/lib', '/usr/share'];
  const paths = scale >= 1 ? all : all.flatMap((folder) => someOf(folder, scale));
  return { name: 'system files', paths, change: undefined };
}

function someOf(folder: string, scale: number): readonly string[] {
  const folders = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isDirectory());
  return folders.filter((_, i) => Math.floor(i * scale) !== Math.floor((i + 1) * scale));
}

/** 4 GiB in four files, half of which compresses. */
export function largeFiles(folder: string, scale: number): DataSet {
  mkdirSync(folder, { recursive: true });
  const files = [0, 1, 2, 3].map((number) => join(folder, `file-${number}`));
  const blocks = Math.max(8, Math.round(1024 * scale));
  for (const file of files) writeBlocks(file, 0, blocks);
  const change = (): void => {
    for (const file of files) writeBlocks(file, Math.floor(blocks / 3), Math.max(1, Math.round(blocks * 0.02)));
  };
  return { name: 'large files', paths: [folder], change };
}

/** Blocks of 1 MiB from a place on. */
function writeBlocks(file: string, from: number, count: number): void {
  const fd = openSync(file, from === 0 ? 'w' : 'r+');
  for (let i = 0; i < count; i += 1) writeSync(fd, halfNoise(mebibyte), 0, mebibyte, (from + i) * mebibyte);
  closeSync(fd);
}

/** Random bytes and, as many, their hexadecimal text, of which half goes when compressed. */
function halfNoise(length: number): Buffer {
  const noise = randomBytes(length / 2);
  return Buffer.concat([noise, Buffer.from(noise.subarray(0, length / 4).toString('hex'))]);
}

/** 200,000 files of 1 to 4 KiB, a hundred in each folder. */
export function tinyFiles(folder: string, scale: number): DataSet {
  const count = Math.round(200_000 * scale);
  for (let i = 0; i < count; i += 1) {
    if (i % 100 === 0) mkdirSync(join(folder, `${i / 100}`), { recursive: true });
    writeFileSync(pathOf(folder, i), tinyContent());
  }
  const change = (): void => {
    for (let i = 0; i < count; i += 50) {
      writeFileSync(pathOf(folder, i), tinyContent());
      utimesSync(pathOf(folder, i), new Date(), new Date());
    }
  };
  return { name: 'tiny files', paths: [folder], change };
}

function pathOf(folder: string, number: number): string {
  return join(folder, `${Math.floor(number / 100)}`, `file-${number}`);
}

function tinyContent(): string {
  return randomBytes(512 + Math.floor(Math.random() * 1536)).toString('hex');
}
