import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, closeSync, linkSync, mkdirSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { edgeNames, makeEdgeTree } from '../vault/edge-tree.ts';
import { factsOf } from '../vault/compare-trees.ts';
import type { TreeFacts } from '../vault/compare-trees.ts';

/** A number from 0 up to, and without, the limit. */
export type Random = (below: number) => number;

/** Mulberry32: the same numbers for the same seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[random(values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

/** One of everything, and room for what changes. Sockets are in no backup, so there is none. */
export async function makeChangingTree(root: string): Promise<void> {
  mkdirSync(root);
  await makeEdgeTree(root);
  rmSync(`${root}/socket that stays`);
  rmSync(`${root}/content/large`);
  for (let i = 0; i < 4; i += 1) mkdirSync(`${root}/live/${i}`, { recursive: true });
}

/** A few changes at random: files, folders and links of any name come, go, grow and take each other's place. */
export function changeTree(root: string, random: Random): void {
  for (let i = 1 + random(6); i > 0; i -= 1) pick(random, changes)(root, random);
}

type Change = (root: string, random: Random) => void;

const changes: readonly Change[] = [
  (root, random) => writeFileSync(freed(root, random), bytes(random, random(200_000))),
  (root, random) => writeFileSync(freed(root, random), ''),
  (root, random) => void freed(root, random),
  (root, random) => symlinkSync(pick(random, ['nowhere', '..', '/etc/passwd', 'a\nb']), freed(root, random)),
  hardLink,
  folderOfNames,
  sparse,
  large,
  attribute,
  (root, random) => {
    chmodSync(`${root}/live/${random(4)}`, 0o700 + random(0o100));
    utimesSync(`${root}/live/${random(4)}`, random(2_000_000_000), random(2_000_000_000));
  },
];

/** Any name below, with nothing there. */
function freed(root: string, random: Random): Buffer {
  const path = placeOf(root, random);
  rmSync(path, { recursive: true, force: true });
  return path;
}

function placeOf(root: string, random: Random): Buffer {
  return Buffer.concat([Buffer.from(`${root}/live/${random(4)}/`), Buffer.from(pick(random, edgeNames), 'latin1')]);
}

function hardLink(root: string, random: Random): void {
  const name = `${root}/live/linked ${random(3)}`;
  appendFileSync(name, bytes(random, random(3000)));
  linkSync(name, freed(root, random));
}

function folderOfNames(root: string, random: Random): void {
  const folder = freed(root, random);
  mkdirSync(folder);
  for (let i = random(8); i > 0; i -= 1) {
    const name = Buffer.from(`/${pick(random, edgeNames)}`, 'latin1');
    writeFileSync(Buffer.concat([folder, name]), bytes(random, random(5000)));
  }
}

function sparse(root: string, random: Random): void {
  const path = freed(root, random);
  writeFileSync(path, bytes(random, random(5000)));
  truncateSync(path, 1_000_000 + random(4_000_000));
  appendFileSync(path, bytes(random, random(5000)));
}

/** Grows, and a piece in its middle changes: chunks before and after stay. */
function large(root: string, random: Random): void {
  const path = `${root}/live/large`;
  appendFileSync(path, bytes(random, 2_000_000));
  const file = openSync(path, 'r+');
  writeSync(file, bytes(random, 100), 0, 100, random(2_000_000));
  closeSync(file);
}

function attribute(root: string, random: Random): void {
  const path = `${root}/live/with attributes`;
  appendFileSync(path, '');
  execFileSync('setfattr', ['-n', `user.${random(5)}`, '-v', `0x${bytes(random, random(900)).toString('hex')}`, path]);
}

function bytes(random: Random, length: number): Buffer {
  const filled = Buffer.alloc(Math.ceil(length / 4) * 4);
  for (let at = 0; at < filled.length; at += 4) filled.writeUInt32LE(random(2 ** 32), at);
  return filled.subarray(0, length);
}

/** What differs from the tree as it was. */
export function differencesFrom(facts: TreeFacts, folder: string): readonly string[] {
  const now = factsOf(folder);
  const paths = [...new Set([...facts.keys(), ...now.keys()])].sort();
  return paths
    .filter((path) => facts.get(path) !== now.get(path))
    .map((path) => `${JSON.stringify(path)}: ${facts.get(path) ?? 'nothing'} / ${now.get(path) ?? 'nothing'}`);
}
