import { existsSync } from 'node:fs';
import { readdir, realpath, rename, rm, stat, statfs, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import { openLocalStore } from '../../storage/local.ts';
import { createRepository } from '../create.ts';
import type { ScryptCost } from '../format/key-slot.ts';
import { configName } from '../format/names.ts';
import { openRepository } from '../open.ts';
import type { Repository } from '../repository.ts';
import { checkGeneration, copyGeneration } from './copy-generation.ts';
import { exchangePaths } from './exchange.ts';
import { copySealed } from './copy-sealed.ts';
import type { RenamedSnapshot, Rotation, RotationPaths } from './rotation-state.ts';
import {
  beginRotation,
  endRotation,
  pathsOf,
  phaseOf,
  readRotation,
  syncParent,
  writeRotation,
} from './rotation-state.ts';

export interface RotateMasterOptions {
  /** Of the vault; local. */
  readonly folder: string;
  /** Opens the vault as it is. */
  readonly passphrase: string;
  /** Of the new generation; each opens it. */
  readonly passphrases: readonly string[];
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Snapshots whose content has been copied. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Of the new key slots. */
  readonly cost?: ScryptCost;
}

export interface RotatedMaster {
  readonly snapshots: readonly RenamedSnapshot[];
  /** Folder of the old generation. */
  readonly previous: string;
  /** Files beside the vault's own that stay with the old generation. */
  readonly left: readonly string[];
}

/**
 * Gives a vault a new master key: everything is encrypted anew into `FOLDER.next`, every byte of that is read back, and only then
 * the two folders change places, in one step. The old generation is kept as `FOLDER.previous-TIME`. Cut off at any moment,
 * the next call goes on. Nobody else can write meanwhile. `finishRotation` ends it once the new names are on record.
 */
export async function rotateMaster(options: RotateMasterOptions): Promise<RotatedMaster> {
  const paths = pathsOf(await realpath(options.folder));
  if (phaseOf(paths, readRotation(paths)) === 'none') await refuseUnable(paths);
  const rotation = await beginRotation(paths, options.clock.now());
  if (phaseOf(paths, rotation) === 'copying') await copyAndExchange(options, paths, rotation);
  if (phaseOf(paths, readRotation(paths)) === 'exchanged') await rename(paths.next, rotation.previous);
  await syncParent(paths.vault);
  await removeLocks(rotation.previous);
  const { snapshots, previous } = readRotation(paths) ?? rotation;
  return { snapshots, previous, left: await namesBeside(previous) };
}

/** Forgets how far the rotation was: it is done. */
export async function finishRotation(folder: string): Promise<void> {
  await endRotation(pathsOf(await realpath(folder)));
}

async function copyAndExchange(options: RotateMasterOptions, paths: RotationPaths, rotation: Rotation): Promise<void> {
  const { clock, passphrase } = options;
  const from = await openRepository({ store: openLocalStore({ folder: paths.vault }), passphrase, clock });
  const lock = await from.lock('exclusive');
  try {
    const signal = options.signal === undefined ? lock.lost : AbortSignal.any([options.signal, lock.lost]);
    const snapshots = await copyInto(options, paths, { from, signal });
    await writeRotation(paths, { ...rotation, snapshots });
    await exchange(options, paths, signal);
  } finally {
    await lock.release();
  }
}

interface Source {
  readonly from: Repository;
  readonly signal: AbortSignal;
}

async function copyInto(
  options: RotateMasterOptions,
  paths: RotationPaths,
  { from, signal }: Source,
): Promise<readonly RenamedSnapshot[]> {
  const to = await openNext(options, paths, from.polynomial);
  const snapshots = await copyGeneration({ from, to, signal, onProgress: options.onProgress });
  await copySealed(from, to);
  await to.close();
  const store = openLocalStore({ folder: paths.next });
  for (const passphrase of options.passphrases) {
    const again = await openRepository({ store, passphrase, clock: options.clock });
    if (passphrase === options.passphrases[0]) await checkGeneration({ from, to: again, signal }, snapshots);
  }
  return snapshots;
}

/** The same borders as before: what is backed up from now on is still found to be there. */
async function openNext(options: RotateMasterOptions, paths: RotationPaths, polynomial: bigint): Promise<Repository> {
  const { passphrases, clock, cost } = options;
  const store = openLocalStore({ folder: paths.next });
  if ((await store.size(configName)) === undefined)
    return await createRepository({ store, passphrases, clock, polynomial, ...(cost ? { cost } : {}) });
  const [passphrase = ''] = passphrases;
  return await openRepository({ store, passphrase, clock });
}

/** Both are locked: who opened the old one can't lock the new one, and who comes now finds a lock. */
async function exchange(options: RotateMasterOptions, paths: RotationPaths, signal: AbortSignal): Promise<void> {
  const [passphrase = ''] = options.passphrases;
  const to = await openRepository({ store: openLocalStore({ folder: paths.next }), passphrase, clock: options.clock });
  const lock = await to.lock('exclusive');
  const locks = await to.listIds('locks');
  try {
    signal.throwIfAborted();
    exchangePaths(paths.next, paths.vault);
    await syncParent(paths.vault);
  } finally {
    await lock.release();
    const present = openLocalStore({ folder: paths.vault });
    for (const id of locks) await present.remove(`locks/${id}`);
  }
}

/** Those of this rotation: it had the old generation for itself. */
async function removeLocks(folder: string): Promise<void> {
  const store = openLocalStore({ folder });
  for await (const { name } of store.list('locks/')) await store.remove(name);
}

const own: ReadonlySet<string> = new Set(['config', 'data', 'index', 'keys', 'locks', 'snapshots', 'tmp']);

async function namesBeside(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => !own.has(name));
  // What is below it is sealed anew, but for what a repair has taken aside.
  const aside = existsSync(join(folder, 'muster/damaged')) ? ['muster/damaged'] : [];
  return [...names.filter((name) => name !== 'muster'), ...aside];
}

/** Found out before hours of work. Throws `exchange-unsupported`, `no-space`. */
async function refuseUnable({ vault }: RotationPaths): Promise<void> {
  const parent = dirname(vault);
  const [a, b] = [`${vault}.rotation-a`, `${vault}.rotation-b`];
  try {
    await mkdir(a, { recursive: true });
    await mkdir(b, { recursive: true });
    exchangePaths(a, b);
  } finally {
    await rm(a, { recursive: true, force: true });
    await rm(b, { recursive: true, force: true });
  }
  if ((await stat(vault)).dev !== (await stat(parent)).dev) throw mountPoint(vault);
  let needed = 0;
  for await (const { size } of openLocalStore({ folder: vault }).list('data/')) needed += size;
  const { bavail, bsize } = await statfs(parent);
  if (bavail * bsize < needed * 1.05) throw noSpace(parent, needed);
}

function mountPoint(vault: string): MusterError {
  return new MusterError(`${vault} is a mount point, so no other folder can take its place`, {
    code: 'exchange-unsupported',
    hint: 'Move the vault into a folder below it, and name that in the plan.',
  });
}

function noSpace(parent: string, bytes: number): MusterError {
  return new MusterError(`${parent} has no room for a second generation of the vault: it takes ${bytes} bytes`, {
    code: 'no-space',
    hint: 'Make room: the old generation stays until you remove it.',
  });
}
