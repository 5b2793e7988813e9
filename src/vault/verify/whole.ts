import { codeOf } from '../../base/error.ts';
import type { Clock } from '../../base/clock.ts';
import { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import { parseSnapshot } from '../snapshot.ts';
import type { Snapshot, VaultCheck, VerifyAllRequest, VerifyResult } from '../vault.ts';
import { damageOrThrow } from './access.ts';
import { Findings } from './findings.ts';
import { findNeeded } from './needed.ts';
import { checkPackSizes, refuseArchived } from './pack-sizes.ts';
import { readPacks } from './read-packs.ts';

export interface VerifyAllOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: VerifyAllRequest;
  readonly signal: AbortSignal;
}

/**
 * Checks every object of a repository, whatever needs it: each snapshot with its folders and files, and every byte. Locks
 * are read by whoever takes one: one that can't be read holds everybody up, this check too.
 */
export async function verifyWholeVault(options: VerifyAllOptions): Promise<VerifyResult> {
  const { repository } = options;
  const access = await repository.checkAccess();
  const index = await repository.checkIndex();
  const checks = [
    checkOf('access', 1, listOf(access), 'the config and every key slot are as they were written'),
    checkOf('index', 2, listOf(index.faults), `${index.files} index files decrypt`),
    ...(await checkSnapshots(options)),
    ...(await checkPacks(options)),
  ];
  return { checks, notTested: ['whether the files are what their formats ask for, and a restore'] };
}

function listOf(faults: readonly string[]): Findings {
  const findings = new Findings();
  for (const fault of faults) findings.add(fault);
  return findings;
}

function checkOf(name: string, weight: number, findings: Findings, detail: string): VaultCheck {
  const passed = findings.count === 0;
  return { name, passed, weight, integrity: true, detail: passed ? detail : findings.describe('damaged') };
}

async function checkSnapshots(options: VerifyAllOptions): Promise<readonly VaultCheck[]> {
  const { repository, clock, signal } = options;
  const [unreadable, broken] = [new Findings(), new Findings()];
  const ids = await repository.listIds('snapshots');
  const seen = new Set<Id>();
  for (const id of ids) {
    const snapshot = await snapshotOr(repository, id, unreadable);
    if (snapshot === undefined || seen.has(snapshot.tree)) continue;
    seen.add(snapshot.tree);
    const tally = new Tally({ clock, signal, onProgress: undefined });
    noteFaults(id, await findNeeded(repository, snapshot.tree, tally), broken);
  }
  return [
    checkOf('snapshots', 1, unreadable, `${ids.length} snapshots decrypt`),
    checkOf('trees', 3, broken, 'their folders are readable, and every part of their files is indexed'),
  ];
}

/** Undefined as well when it was removed since the list was made. */
async function snapshotOr(repository: Repository, id: Id, unreadable: Findings): Promise<Snapshot | undefined> {
  try {
    return parseSnapshot(id, await repository.loadJson('snapshots', id));
  } catch (error) {
    if (codeOf(error) !== 'object-missing') unreadable.add(`${id.slice(0, 8)}: ${damageOrThrow(error)}`);
    return undefined;
  }
}

function noteFaults(id: Id, found: Awaited<ReturnType<typeof findNeeded>>, broken: Findings): void {
  const all = [
    [found.lost, 'folders are lost'],
    [found.missing, 'files are incomplete'],
    [found.sizes, 'files have another size than their parts'],
    [found.shape, 'folders hold unsafe or unordered names'],
  ] as const;
  for (const [findings, what] of all)
    if (findings.count > 0) broken.add(`snapshot ${id.slice(0, 8)}: ${findings.describe(what)}`);
}

async function checkPacks({ repository, clock, request, signal }: VerifyAllOptions): Promise<readonly VaultCheck[]> {
  const indexed = new Set<Id>();
  for (const { id } of repository.packs()) indexed.add(id);
  const stored = await repository.listIds('data');
  const sizes = await checkPackSizes(repository, indexed, signal);
  const { findings, bytes } = sizes;
  refuseArchived(repository.store, sizes);
  const tally = new Tally({ clock, signal, onProgress: request.onProgress });
  tally.bytesTotal = bytes;
  const read = await readPacks(stored, {
    repository,
    signal,
    onRead: (size) => tally.add(size),
    onSound: request.onSoundPack,
  });
  tally.finish();
  const strays = stored.filter((id) => !indexed.has(id)).length;
  const unlisted = strays === 0 ? '' : `; ${strays} of them are in no index, as a killed writer leaves them`;
  return [
    checkOf('packs', 3, findings, `all ${indexed.size} packs of the index are there with the right size`),
    checkOf('bytes', 5, read, `${stored.length} packs were read to the last byte${unlisted}`),
  ];
}
