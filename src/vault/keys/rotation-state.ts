import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import { arrayOf, idOf, objectOf, parseJson, stringOf } from '../format/json-shape.ts';
import type { Id } from '../repository.ts';

/** What a snapshot was called in the old generation, and is in the new one. */
export interface RenamedSnapshot {
  readonly from: Id;
  readonly to: Id;
}

/** `FOLDER.rotation`: what a rotation that was cut off has to know. No secret is in it. */
export interface Rotation {
  /** SHA-256 of the old generation's `config`, to tell which is which. */
  readonly from: string;
  /** Where the old generation will be kept. */
  readonly previous: string;
  /** Known from shortly before the switch on. */
  readonly snapshots: readonly RenamedSnapshot[];
}

export interface RotationPaths {
  readonly vault: string;
  readonly next: string;
  readonly note: string;
}

export function pathsOf(vault: string): RotationPaths {
  return { vault, next: `${vault}.next`, note: `${vault}.rotation` };
}

/**
 * `copying`: the new generation is still beside the old one. `exchanged`: it is in its place, and the old one beside it.
 * `switched`: both are where they belong.
 */
export type RotationPhase = 'none' | 'copying' | 'exchanged' | 'switched';

export function phaseOf(paths: RotationPaths, rotation: Rotation | undefined): RotationPhase {
  if (rotation === undefined) return 'none';
  if (configHash(paths.vault) === rotation.from) return 'copying';
  return configHash(paths.next) === rotation.from ? 'exchanged' : 'switched';
}

/** Begins one, or goes on with the one that was cut off. Throws `rotation-in-the-way`. */
export async function beginRotation(paths: RotationPaths, now: Instant): Promise<Rotation> {
  const known = readRotation(paths);
  if (known !== undefined) return known;
  if (existsSync(paths.next)) throw inTheWay(paths.next);
  const second = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const rotation = {
    from: configHash(paths.vault) ?? '',
    previous: `${paths.vault}.previous-${second}`,
    snapshots: [],
  };
  if (existsSync(rotation.previous)) throw inTheWay(rotation.previous);
  await writeRotation(paths, rotation);
  return rotation;
}

/** Undefined when there is none. Throws `rotation-in-the-way` for a file that is none. */
export function readRotation({ note }: RotationPaths): Rotation | undefined {
  if (!existsSync(note)) return undefined;
  const value = objectOf(parseJson(readFileSync(note)));
  const [from, previous] = [idOf(value?.['from']), stringOf(value?.['previous'])];
  if (from === undefined || previous === undefined) throw inTheWay(note);
  const snapshots = (arrayOf(value?.['snapshots']) ?? []).flatMap((entry) => {
    const pair = objectOf(entry);
    const [old, present] = [idOf(pair?.['from']), idOf(pair?.['to'])];
    return old && present ? [{ from: old, to: present }] : [];
  });
  return { from, previous, snapshots };
}

/** Durable when it resolves. */
export async function writeRotation({ note }: RotationPaths, rotation: Rotation): Promise<void> {
  await writeFile(`${note}.new`, JSON.stringify(rotation), { mode: 0o600, flush: true });
  await rename(`${note}.new`, note);
  await syncParent(note);
}

export async function endRotation({ note }: RotationPaths): Promise<void> {
  await rm(note, { force: true });
  await syncParent(note);
}

export async function syncParent(path: string): Promise<void> {
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}

function configHash(folder: string): string | undefined {
  const path = `${folder}/config`;
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : undefined;
}

function inTheWay(path: string): MusterError {
  return new MusterError(`${path} is in the way of a rotation of the master key`, {
    code: 'rotation-in-the-way',
    hint: 'See what it is, and move it away.',
  });
}
