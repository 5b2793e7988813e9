import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { toBytePath } from '../../src/base/capture.ts';
import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import { createRepository } from '../../src/vault/create.ts';
import { openRepository } from '../../src/vault/open.ts';
import { vaultOn } from '../../src/vault/open-vault.ts';
import type { Repository } from '../../src/vault/repository.ts';
import type { BackupRequest, Vault } from '../../src/vault/vault.ts';
import { passphrase } from './open-again.ts';
import { treeRoots } from './roots.ts';

/** Little work, so that tests don't spend their time there. */
const cost = { N: 1024, r: 8, p: 1 };

/** What is to be undone after the tests of the file: hooks can't be added while a test runs. */
const undo: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const each of undo.toReversed()) await each();
});

/** A new folder below the system's place for temporary ones; removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-vault-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestVault {
  readonly folder: string;
  readonly repository: Repository;
  readonly vault: Vault;
}

/** An empty vault in a new folder. */
export async function newVault(): Promise<TestVault> {
  const folder = join(temporaryFolder(), 'vault');
  const store = openLocalStore({ folder });
  const repository = await createRepository({ store, passphrases: [passphrase], clock: systemClock, cost });
  return tested(folder, repository);
}

function tested(folder: string, repository: Repository): TestVault {
  undo.push(() => repository.close());
  return { folder, repository, vault: vaultOn(repository, systemClock) };
}

/** The vault in a folder, as another process would see it. */
export async function openAgain(folder: string): Promise<TestVault> {
  const store = openLocalStore({ folder });
  const repository = await openRepository({ store, passphrase, clock: systemClock });
  return tested(folder, repository);
}

/** A request to back up one tree, as it is. */
export function treeRequest(path: string, more: Partial<BackupRequest> = {}): BackupRequest {
  return { ...treeRoots(path), parent: undefined, time: Date.now(), tags: [], ...more };
}

/** Runs restic on the repository in a folder; its output. Throws when it fails. */
export function restic(folder: string, ...args: readonly string[]): string {
  const environment = { ...process.env, RESTIC_PASSWORD: passphrase, RESTIC_REPOSITORY: folder };
  return execFileSync('restic', ['--no-cache', ...args], { encoding: 'utf8', env: environment, stdio: 'pipe' });
}

export const isRoot = process.geteuid?.() === 0;

/** A new folder with these files: path below it, content in latin1. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), 'source');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content, 'latin1');
  }
  return folder;
}

/** Text that looks random, always the same. */
export function noise(length: number): string {
  let state = 1;
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = 97 + ((state >>> 16) % 26);
  }
  return bytes.toString('latin1');
}

/** Paths of a snapshot below a folder, without the folder itself. */
export async function pathsIn(vault: Vault, snapshot: string, folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { path } of vault.entries(snapshot, toBytePath(folder))) paths.push(path.slice(folder.length));
  return paths;
}

/** Content of one file of a snapshot, in latin1. */
export async function contentOf(vault: Vault, snapshot: string, path: string): Promise<string> {
  const target = temporaryFolder();
  await vault.restore({ snapshot, target, overwrite: 'always', include: (each) => each === path });
  return readFileSync(target + path, 'latin1');
}

/** Every look at it is a second later, so that each progress is reported. */
export function hastyClock(): Clock {
  let now = Date.now();
  return { ...systemClock, now: () => (now += 1000) };
}
