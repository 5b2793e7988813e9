import type { BytePath } from '../base/capture.ts';
import { MusterError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { CreateOptions } from './create.ts';
import { maintenanceOf } from './maintain/maintenance.ts';
import type { OnDamagedIndex } from './index/read-index.ts';
import { openRepository } from './open.ts';
import type { Repository, RepositoryLock } from './repository.ts';
import { isReplaceable, type OtherCopy } from './restore/other-copies.ts';
import { sealedObjectsOf } from './sealed.ts';
import { findSnapshot, loadSnapshots } from './snapshot.ts';
import { TreeTotals } from './tree/totals.ts';
import type {
  BackupRequest,
  BackupResult,
  RestoreRequest,
  RestoreResult,
  TransferProgress,
  Vault,
  VerifyRequest,
  VerifyResult,
  StoredFile,
} from './vault.ts';

export interface OpenVaultOptions {
  readonly store: ObjectStore;
  readonly passphrase: string;
  readonly clock: Clock;
  /** Gets index files that can't be read, for a repair; without it they are refused. */
  readonly onDamagedIndex?: OnDamagedIndex | undefined;
  /** The key slot to try first: the one that this passphrase opened before. */
  readonly firstSlot?: string | undefined;
  /** Where index files, snapshots and folders of vaults in remote stores are kept at hand; undefined: nowhere. */
  readonly cacheFolder?: string | undefined;
}

export interface CreateVaultOptions {
  readonly store: ObjectStore;
  /** Each of them opens the vault. */
  readonly passphrases: readonly string[];
  readonly clock: Clock;
  /** Gets the master key of that vault, and cuts files where it does: then packs are copied between the two as they are. */
  readonly like?: Vault | undefined;
  /** As of `OpenVaultOptions`. */
  readonly cacheFolder?: string | undefined;
}

/** Opens a vault that muster or restic made. Throws what `openRepository` throws: `vault-missing`, `wrong-passphrase` … */
export async function openVault(options: OpenVaultOptions): Promise<Vault> {
  return vaultOn(await openRepository(options), options.clock);
}

/** Makes an empty vault. Throws what `createRepository` throws: `vault-exists` … */
export async function createVault({ like, ...options }: CreateVaultOptions): Promise<Vault> {
  const shared = like && sharedWith(repositoryOf(like));
  const { createRepository } = await import('./create.ts');
  return vaultOn(await createRepository({ ...options, ...shared }), options.clock);
}

function sharedWith({ polynomial, sealer }: Repository): Pick<CreateOptions, 'polynomial' | 'master'> {
  return { polynomial, master: sealer.key };
}

/** The repositories behind vaults, for copies from one to another. */
const repositories = new WeakMap<Vault, Repository>();
const never = new AbortController().signal;

/**
 * Backups, copies and restores hold a shared lock, as restic's do; what only reads lists needs none. What an operation
 * needs is loaded when it is first asked for: all of it takes a tenth of a second, and 15 MiB.
 */
export function vaultOn(repository: Repository, clock: Clock): Vault {
  const totals = new TreeTotals(repository);
  const vault: Vault = {
    description: repository.store.description,
    keySlot: repository.keySlot,
    snapshots: (onDamaged) => loadSnapshots(repository, onDamaged),
    snapshot: (id) => findSnapshot(repository, id),
    backup: (request) => backUpTo(repository, clock, request),
    entries: (id, path) => entriesOf(repository, id, path ?? '/'),
    restore: (request) => restoreFrom(repository, clock, request),
    verify: (request) => verifyWith(repository, clock, request),
    verifyAll: (request) => verifyAllOf(repository, clock, request),
    hasPack: (id) => repository.hasPack(id),
    contents: (snapshot) => contentsIn(repository, snapshot),
    file: (snapshot, path, others) => fileFrom(repository, { snapshot, path, others }),
    compare: async (request) => {
      const { compareSnapshot } = await import('./verify/compare.ts');
      return await compareSnapshot({ repository, clock, request, signal: request.signal ?? never });
    },
    copyTo: (target, snapshot, signal, onProgress) =>
      copyTo({ from: repository, target, snapshot, signal, clock, onProgress }),
    ...maintenanceOf({ repository, clock, repositoryOf }),
    protect: async (snapshot, given) => {
      if (repository.store.facts.immutable === undefined) return undefined;
      const { protectSnapshot } = await import('./immutable/protect.ts');
      return await locked(repository, given, (signal) => protectSnapshot({ repository, clock, snapshot, signal }));
    },
    totals: async (id) => totals.of((await findSnapshot(repository, id)).tree),
    sealed: sealedObjectsOf(repository),
    bytesUsed: () => bytesUsed(repository.store),
    close: () => repository.close(),
  };
  repositories.set(vault, repository);
  return vault;
}

async function backUpTo(repository: Repository, clock: Clock, request: BackupRequest): Promise<BackupResult> {
  const { backUp } = await import('./archive/backup.ts');
  return await locked(repository, request.signal, (signal) => backUp({ repository, clock, request, signal }));
}

async function verifyAllOf(
  repository: Repository,
  clock: Clock,
  request: Parameters<Vault['verifyAll']>[0],
): ReturnType<Vault['verifyAll']> {
  const { verifyWholeVault } = await import('./verify/whole.ts');
  return await lockedIfPossible(repository, request.signal, (signal) =>
    verifyWholeVault({ repository, clock, request, signal }),
  );
}

async function locked<T>(
  repository: Repository,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  return await holding(await repository.lock('shared'), signal, work);
}

async function holding<T>(
  lock: RepositoryLock,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await work(signal === undefined ? lock.lost : AbortSignal.any([signal, lock.lost]));
  } finally {
    await lock.release();
  }
}

/** A vault on a full or read-only disk takes no lock; what is in it must come back all the same. */
async function lockedIfPossible<T>(
  repository: Repository,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const lock = await lockUnlessRefused(repository);
  return await (lock === undefined ? work(signal ?? never) : holding(lock, signal, work));
}

const refusals: ReadonlySet<string> = new Set(['storage-full', 'storage-read-only', 'storage-refused']);

async function lockUnlessRefused(repository: Repository): Promise<RepositoryLock | undefined> {
  try {
    return await repository.lock('shared');
  } catch (error) {
    if (error instanceof MusterError && refusals.has(error.code)) return undefined;
    throw error;
  }
}

/** With copies at hand, the loss of the lock or of the whole store is no reason to stop. */
async function restoreFrom(repository: Repository, clock: Clock, request: RestoreRequest): Promise<RestoreResult> {
  const { others } = request;
  const { restoreSnapshot } = await import('./restore/restore.ts');
  if (others === undefined)
    return await lockedIfPossible(repository, request.signal, (signal) =>
      restoreSnapshot({ repository, clock, request, signal }),
    );
  const lock = await lockUnlessRefused(repository);
  try {
    const signal = request.signal ?? never;
    return await restoreSnapshot({ repository, clock, request, signal, others: copiesIn(others) });
  } finally {
    await lock?.release().catch(bearable);
  }
}

async function fileFrom(
  repository: Repository,
  asked: { readonly snapshot: string; readonly path: BytePath; readonly others: RestoreRequest['others'] },
): Promise<StoredFile> {
  const { fileOf } = await import('./verify/contents.ts');
  const { withOtherCopies } = await import('./restore/other-copies.ts');
  const { snapshot, path, others } = asked;
  const from = others === undefined ? repository : withOtherCopies(repository, copiesIn(others));
  return await fileOf(from, await findSnapshot(repository, snapshot), path);
}

async function* copiesIn(others: NonNullable<RestoreRequest['others']>): AsyncGenerator<OtherCopy> {
  for await (const { vault, given } of others) yield { repository: repositoryOf(vault), given };
}

function bearable(error: unknown): void {
  if (!isReplaceable(error)) throw error;
}

/** Reading everything takes long: a lock keeps removal of old data away meanwhile. Shorter checks need none. */
async function verifyWith(repository: Repository, clock: Clock, request: VerifyRequest): Promise<VerifyResult> {
  const { verifySnapshot } = await import('./verify/verify.ts');
  const run = (signal: AbortSignal): Promise<VerifyResult> => verifySnapshot({ repository, clock, request, signal });
  if (request.level !== 'thorough') return await run(request.signal ?? never);
  return await lockedIfPossible(repository, request.signal, run);
}

async function* entriesOf(repository: Repository, id: string, path: string): ReturnType<Vault['entries']> {
  const { entriesBelow } = await import('./entries.ts');
  const snapshot = await findSnapshot(repository, id);
  yield* entriesBelow(repository, snapshot.tree, path);
}

async function* contentsIn(repository: Repository, snapshot: string): ReturnType<Vault['contents']> {
  const { contentsOf } = await import('./verify/contents.ts');
  yield* contentsOf(repository, snapshot);
}

function repositoryOf(vault: Vault): Repository {
  const repository = repositories.get(vault);
  if (repository === undefined) throw new TypeError('this vault was not opened here');
  return repository;
}

interface CopyRequest {
  readonly from: Repository;
  readonly target: Vault;
  readonly snapshot: string;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly onProgress: ((progress: TransferProgress) => void) | undefined;
}

async function copyTo(request: CopyRequest): Promise<{ readonly snapshot: string; readonly bytesStored: number }> {
  const { from, target, snapshot, clock, onProgress } = request;
  const { copySnapshot } = await import('./copy/copy.ts');
  const to = repositoryOf(target);
  return await lockedIfPossible(from, request.signal, (outer) =>
    locked(to, outer, (signal) => copySnapshot({ from, to, snapshot, signal, clock, onProgress })),
  );
}

async function bytesUsed(store: ObjectStore): Promise<number> {
  let bytes = 0;
  for (const prefix of ['data/', 'index/', 'snapshots/', 'keys/', 'locks/'])
    for await (const { size } of store.list(prefix)) bytes += size;
  return bytes + ((await store.size('config')) ?? 0);
}
