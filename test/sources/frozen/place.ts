import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { FilesSource, FrozenView } from '../../../src/plan/model/system.ts';
import { filesSource } from '../../../src/sources/files.ts';
import type { Capture } from '../../../src/sources/source.ts';
import type { BackupResult, Vault } from '../../../src/vault/vault.ts';
import { makeVault } from '../round-trip.ts';

/** A folder with a vault, made anew for each test of the file that imports this. */
export let folder: string;
export let vault: Vault;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-frozen-'));
  vault = await makeVault(join(folder, 'vault'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(async () => {
  await vault.close();
  rmSync(folder, { recursive: true });
});

/** What commands and stand-ins have noted. */
export const log = (): string => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : '');
export const noting = (text: string): readonly string[] => ['/bin/sh', '-c', `echo ${text} >> log`];

export function sourceAt(path: string, snapshot: FrozenView, parts: Partial<FilesSource> = {}): FilesSource {
  const at = { file: '/plan/muster.yaml', line: 1, column: 1 };
  return { type: 'files', at, paths: [path], exclude: [], allowEmpty: false, snapshot, ...parts };
}

export async function capture(definition: FilesSource, signal = new AbortController().signal): Promise<Capture> {
  const scratch = mkdtempSync(join(folder, 'scratch-'));
  return await filesSource.capture(definition, { scratch, signal, frozen: { folder } });
}

export async function store({ roots, paths }: Capture, parent?: string): Promise<BackupResult> {
  return await vault.backup({ roots, paths, parent, time: Date.now(), tags: [] });
}

/** Content of a file of a snapshot. */
export async function contentOf(snapshot: string, path: string): Promise<string> {
  const target = mkdtempSync(join(folder, 'restored-'));
  await vault.restore({ snapshot, target, overwrite: 'always', include: (each) => each === path });
  return readFileSync(target + path, 'utf8');
}

export function commands(parts: Partial<NonNullable<FrozenView['freeze']>> = {}): FrozenView {
  return {
    freeze: { freeze: noting('freeze'), thaw: noting('thaw'), timeout: 60_000, ...parts },
    filesystem: undefined,
  };
}

export function data(name = 'data'): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'a'), 'as it was');
  return path;
}

/** Waits for something outside of this process. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
