import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { posixCalls } from '../../src/vault/posix.ts';

/** What must be equal about one entry of two trees, as text, so that a difference can be read. */
export type TreeFacts = ReadonlyMap<string, string>;

/**
 * Every way in which two trees on disk differ: missing and additional entries, type, mode, owner, modification time in
 * nanoseconds, size, content, link targets, device numbers, extended attributes, and which names are the same file.
 * How many holes a file has is not compared.
 */
export function compareTrees(left: string, right: string): readonly string[] {
  const [a, b] = [factsOf(left), factsOf(right)];
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  return paths
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => `${JSON.stringify(path)}: ${a.get(path) ?? 'nothing'} / ${b.get(path) ?? 'nothing'}`);
}

/** Names are latin1: one character is one byte. The top folder itself is `.`. */
export function factsOf(root: string): TreeFacts {
  const facts = new Map<string, string>();
  const names = new Map<string, string>();
  const top = Buffer.from(root, 'utf8').toString('latin1');
  visit(top, '.', (path, relative) => {
    const stats = lstatSync(Buffer.from(path, 'latin1'), { bigint: true });
    const key = `${stats.dev}:${stats.ino}`;
    const same = stats.isDirectory() ? relative : (names.get(key) ?? relative);
    names.set(key, same);
    facts.set(relative, `${describe(path, stats)} same as ${same}`);
    return stats.isDirectory();
  });
  return facts;
}

function visit(path: string, relative: string, look: (path: string, relative: string) => boolean): void {
  if (!look(path, relative)) return;
  const names = readdirSync(Buffer.from(path, 'latin1'), 'latin1');
  for (const name of names.sort()) visit(`${path}/${name}`, `${relative}/${name}`, look);
}

function describe(path: string, stats: BigIntStats): string {
  const facts = [
    `mode ${stats.mode.toString(8)}`,
    `owner ${stats.uid}:${stats.gid}`,
    `mtime ${stats.mtimeNs}`,
    attributesOf(path),
  ];
  if (stats.isFile()) facts.push(`size ${stats.size}`, `sha256 ${hashOf(path)}`);
  if (stats.isSymbolicLink()) facts.push(`to ${JSON.stringify(readlinkSync(Buffer.from(path, 'latin1'), 'latin1'))}`);
  if (stats.isBlockDevice() || stats.isCharacterDevice()) facts.push(`device ${stats.rdev}`);
  return facts.join(', ');
}

function attributesOf(path: string): string {
  const calls = posixCalls();
  if (!calls.available) throw new Error(`trees can't be compared: ${calls.reason}`);
  const attributes = calls.posix.attributes(path).map(({ name, value }) => `${name}=${value.toString('hex')}`);
  return `attributes [${attributes.sort().join(' ')}]`;
}

function hashOf(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const fd = openSync(Buffer.from(path, 'latin1'), 'r');
  try {
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer))
      hash.update(buffer.subarray(0, count));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}
