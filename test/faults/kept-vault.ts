import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toBytePath } from '../../src/base/capture.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { createRepository } from '../../src/vault/create.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import type { TreeFacts } from '../vault/compare-trees.ts';
import { temporaryFolder } from '../vault/place.ts';
import { differencesFrom } from './changing-tree.ts';

const cost = { N: 1024, r: 8, p: 1 };

/** A vault on disk and what its snapshots must hold. */
export class KeptVault {
  readonly place: { readonly folder: string; readonly passphrase: string };
  /** By snapshot: the source as it was captured. */
  readonly facts = new Map<string, TreeFacts>();
  readonly #source: string;

  /** An empty one in a new folder. */
  static async create(source: string, passphrase: string): Promise<KeptVault> {
    const kept = new KeptVault({ source, passphrase, folder: join(temporaryFolder(), 'vault') });
    await createRepository({ store: kept.store(), passphrases: [passphrase], clock: systemClock, cost });
    return kept;
  }

  private constructor(options: { readonly source: string; readonly passphrase: string; readonly folder: string }) {
    const { source, folder, passphrase } = options;
    this.#source = source;
    this.place = { folder, passphrase };
  }

  /** The same in another folder. */
  duplicate(): KeptVault {
    const folder = join(temporaryFolder(), 'vault');
    cpSync(this.place.folder, folder, { recursive: true });
    const twin = new KeptVault({ ...this.place, source: this.#source, folder });
    for (const [id, facts] of this.facts) twin.facts.set(id, facts);
    return twin;
  }

  store(): ObjectStore {
    return openLocalStore(this.place);
  }

  /** As another process would see it; the caller closes it. */
  async open(store = this.store()): Promise<Vault> {
    return await openVault({ store, passphrase: this.place.passphrase, clock: systemClock });
  }

  /** Ids that are there and were not; forgets those that are gone. */
  async unknown(): Promise<readonly string[]> {
    const vault = await this.open();
    const ids = (await vault.snapshots()).map(({ id }) => id);
    await vault.close();
    for (const id of this.facts.keys()) if (!ids.includes(id)) this.facts.delete(id);
    return ids.filter((id) => !this.facts.has(id));
  }

  /** Throws what restic prints when it fails. */
  restic(...args: readonly string[]): string {
    const env = { ...process.env, RESTIC_PASSWORD: this.place.passphrase, RESTIC_REPOSITORY: this.place.folder };
    return execFileSync('restic', ['--no-cache', ...args], { encoding: 'utf8', env, stdio: 'pipe' });
  }

  /** Throws what restic finds. Locks of killed processes are removed first, as restic says one should. */
  expectClean(): void {
    this.restic('unlock');
    const said = this.restic('check', '--read-data');
    if (!said.includes('no errors were found')) throw new Error(said);
  }

  /** What differs from the captured source in a restore by restic, and in one by muster. */
  async differences(snapshot: string): Promise<readonly string[]> {
    const facts = this.facts.get(snapshot) ?? new Map<string, string>();
    const [theirs, ours] = [temporaryFolder(), temporaryFolder()];
    this.restic('restore', snapshot, '--target', theirs);
    const vault = await this.open();
    const { faults } = await vault.restore({ snapshot, target: toBytePath(ours), overwrite: 'never' });
    await vault.close();
    const found = [theirs, ours].flatMap((target) => differencesFrom(facts, join(target, this.#source)));
    for (const target of [theirs, ours]) rmSync(target, { recursive: true });
    return [...faults.map(({ path, detail }) => `${path}: ${detail}`), ...found];
  }
}
