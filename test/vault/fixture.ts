import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { createRepository } from '../../src/vault/create.ts';
import type { OpenOptions } from '../../src/vault/open.ts';
import { openRepository } from '../../src/vault/open.ts';
import type { Repository } from '../../src/vault/repository.ts';

export const passphrase = 'correct horse';

/** Weak on purpose: tests open repositories by the dozen. */
export const cheapCost = { N: 2, r: 1, p: 1 };

/** A temporary folder with a place for one repository in it. */
export interface Place extends Disposable {
  readonly folder: string;
  /** Where the repository lies. */
  readonly path: string;
  readonly store: ObjectStore;
  create(): Promise<Repository>;
  open(options?: Partial<OpenOptions>): Promise<Repository>;
  /** What stock restic prints when it works on the repository; throws what it prints when it fails. */
  restic(...command: readonly string[]): string;
}

export function newPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'muster-vault-'));
  const path = join(folder, 'repository');
  const store = openLocalStore({ folder: path });
  return {
    folder,
    path,
    store,
    create: async () => createRepository({ store, passphrases: [passphrase], clock: systemClock, cost: cheapCost }),
    open: async (options) => openRepository({ store, passphrase, clock: systemClock, ...options }),
    restic: (...command) => runRestic(path, command),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runRestic(repository: string, command: readonly string[]): string {
  const env = { ...process.env, RESTIC_PASSWORD: passphrase, RESTIC_REPOSITORY: repository };
  return execFileSync('restic', ['--no-cache', ...command], { env, encoding: 'utf8', stdio: 'pipe' });
}

/** Saves a snapshot of an empty folder, and whatever was saved before is then part of a whole repository. */
export async function saveSnapshot(repository: Repository, tree = '{"nodes":[]}\n'): Promise<string> {
  const { id } = await repository.save('tree', Buffer.from(tree));
  await repository.flush();
  const [time, who] = [new Date().toISOString(), { hostname: 'test', username: 'test' }];
  return await repository.saveJson('snapshots', JSON.stringify({ time, tree: id, paths: ['/'], ...who }));
}

/** The directory JSON of one file with this content. */
export function treeOf(name: string, content: readonly string[], size: number): string {
  const time = '2024-01-01T00:00:00Z';
  const times = { mtime: time, atime: time, ctime: time };
  const node = { name, type: 'file', mode: 420, ...times, uid: 0, gid: 0, size, links: 1, content };
  return `${JSON.stringify({ nodes: [node] })}\n`;
}
