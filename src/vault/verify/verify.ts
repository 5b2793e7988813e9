import type { Clock } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import { Tally } from '../progress.ts';
import type { Id, Repository } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import type { Snapshot, VaultCheck, VerifyRequest, VerifyResult } from '../vault.ts';
import type { Findings } from './findings.ts';
import { findNeeded } from './needed.ts';
import type { Needed } from './needed.ts';
import { checkPackSizes } from './pack-sizes.ts';
import { samplePacks } from './sample.ts';

export interface VerifyOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: VerifyRequest;
  readonly signal: AbortSignal;
}

/**
 * Checks a snapshot without a lock, changing nothing. `basic`: it decrypts, and every pack that it needs is there in
 * full length. `standard`: also that folders and files are complete, and a sample of the packs, read to the last byte.
 */
export async function verifySnapshot(options: VerifyOptions): Promise<VerifyResult> {
  const { repository, clock, request, signal } = options;
  const snapshot = await snapshotOrReason(repository, request.snapshot);
  if (typeof snapshot === 'string') return { checks: [integrity('snapshot', 1, snapshot, '')] };
  const tally = new Tally({ clock, signal, onProgress: request.onProgress });
  const needed = await findNeeded(repository, snapshot.tree, tally);
  tally.finish();
  const checks = [
    integrity('snapshot', 1, undefined, 'it decrypts and names its tree'),
    foldersCheck(needed),
    await packsCheck(options, needed),
  ];
  if (request.level === 'basic') return { checks };
  return { checks: [...checks, ...contentChecks(needed), await sampleCheck(options, needed, snapshot.id)] };
}

/** A snapshot that can't be read is a result; one that does not exist is a mistake of the caller. */
async function snapshotOrReason(repository: Repository, id: string): Promise<Snapshot | string> {
  try {
    return await findSnapshot(repository, id);
  } catch (error) {
    if (!(error instanceof MusterError) || error.code.startsWith('snapshot-missing')) throw error;
    if (error.code === 'snapshot-ambiguous' || error.retryable) throw error;
    return messageOf(error);
  }
}

function integrity(name: string, weight: number, fault: string | undefined, detail: string): VaultCheck {
  return { name, passed: fault === undefined, weight, integrity: true, detail: fault ?? detail };
}

function faultIn(findings: Findings, what: string): string | undefined {
  return findings.count === 0 ? undefined : findings.describe(what);
}

function foldersCheck({ lost, folders }: Needed): VaultCheck {
  return integrity('folders', 3, faultIn(lost, 'folders are lost'), `${folders} different folder objects are readable`);
}

async function packsCheck({ repository, signal }: VerifyOptions, { packs }: Needed): Promise<VaultCheck> {
  const fault = faultIn(await checkPackSizes(repository, packs, signal), 'packs are not as the index says');
  return integrity(
    'packs',
    3,
    fault,
    `all ${packs.size} packs are there with the right size; their bytes were not read`,
  );
}

function contentChecks({ missing, sizes, shape, files }: Needed): readonly VaultCheck[] {
  return [
    integrity('files', 3, faultIn(missing, 'files are incomplete'), `every part of ${files} files is in the index`),
    integrity('sizes', 1, faultIn(sizes, 'files have another size than their parts'), 'the sizes add up'),
    integrity('names', 1, faultIn(shape, 'folders hold unsafe or unordered names'), 'names are safe and in order'),
  ];
}

async function sampleCheck(options: VerifyOptions, { packs }: Needed, snapshot: Id): Promise<VaultCheck> {
  const { repository, clock, signal } = options;
  const chosen = samplePacks(packs, snapshot, clock.now());
  const faults: string[] = [];
  for (const id of chosen) {
    signal.throwIfAborted();
    const fault = await repository.checkPack(id);
    if (fault !== undefined) faults.push(`${id.slice(0, 8)}: ${fault}`);
  }
  const rest = packs.size - chosen.length;
  const detail = `${chosen.length} of ${packs.size} packs were read to the last byte; ${rest} were not read`;
  return integrity('sample', 2, faults.length === 0 ? undefined : faults.join('; '), detail);
}
