import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureManifest } from '../../src/base/backup.ts';
import { fromBytePath, toBytePath } from '../../src/base/capture.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { SourceDefinition } from '../../src/plan/model/system.ts';
import type { RestoreSourceRequest, RestoreSourceResult, Source } from '../../src/sources/source.ts';
import { openLocalStore } from '../../src/storage/local.ts';
import { createRepository } from '../../src/vault/create.ts';
import { vaultOn } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';

/** A source with a real vault beside it, in a folder of its own. */
export interface RoundTrip<D extends SourceDefinition> {
  /** Empty: for the data of the source. */
  readonly data: string;
  /** Does not exist yet. */
  readonly elsewhere: string;
  backUp(definition: D): Promise<StoredBackup>;
  restore(definition: D, backup: StoredBackup, wish?: Partial<RestoreSourceRequest>): Promise<RestoreSourceResult>;
  end(): Promise<void>;
}

export interface StoredBackup {
  readonly snapshot: string;
  readonly manifest: CaptureManifest;
  readonly faults: readonly string[];
}

const never = new AbortController().signal;

export async function startRoundTrip<D extends SourceDefinition>(source: Source<D>): Promise<RoundTrip<D>> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-source-'));
  const vault = await makeVault(join(folder, 'vault'));
  return {
    data: await mkdtemp(join(folder, 'data-')),
    elsewhere: join(folder, 'elsewhere'),
    backUp: async (definition) => await backUp(source, definition, { vault, folder }),
    restore: async (definition, backup, wish) =>
      await source.restore(definition, { ...requestFor(vault, backup), ...wish }),
    end: async () => {
      await vault.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A real vault whose passphrase costs nothing to guess. */
export async function makeVault(folder: string): Promise<Vault> {
  const store = openLocalStore({ folder });
  const cost = { N: 2, r: 1, p: 1 };
  return vaultOn(await createRepository({ store, passphrases: ['for tests'], clock: systemClock, cost }), systemClock);
}

async function backUp<D extends SourceDefinition>(
  source: Source<D>,
  definition: D,
  { vault, folder }: { readonly vault: Vault; readonly folder: string },
): Promise<StoredBackup> {
  const scratch = await mkdtemp(join(folder, 'scratch-'));
  const capture = await source.capture(definition, { scratch, signal: never });
  const { roots, paths } = capture;
  const result = await vault.backup({ roots, paths, parent: undefined, time: Date.now(), tags: [] });
  await capture.release();
  const faults = result.faults.map(({ path, detail }) => `${fromBytePath(path)}: ${detail}`);
  return { snapshot: result.snapshot, manifest: capture.manifest, faults };
}

function requestFor(vault: Vault, { snapshot, manifest }: StoredBackup): RestoreSourceRequest {
  return {
    place: { kind: 'in-place' },
    paths: [],
    overwrite: 'always',
    manifest,
    entries: () => vault.entries(snapshot),
    fetch: async ({ target, overwrite, include }) => {
      const filter = include && ((path: string, type: string) => include(path, type === 'dir'));
      const wish = { snapshot, target: toBytePath(target), overwrite, include: filter };
      const { files, bytes, faults } = await vault.restore(wish);
      return { files, bytes, missing: faults.map(({ path, detail }) => ({ path: fromBytePath(path), detail })) };
    },
    read: async function* (path) {
      yield* (await vault.file(snapshot, path)).read();
    },
    clock: systemClock,
    signal: never,
  };
}
