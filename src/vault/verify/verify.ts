import type { Clock } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import { checkLocks, checkUnchanged } from '../immutable/check.ts';
import { Tally } from '../progress.ts';
import type { Repository } from '../repository.ts';
import { findSnapshot } from '../snapshot.ts';
import type { Snapshot, VaultCheck, VerifyRequest, VerifyResult } from '../vault.ts';
import type { Findings } from './findings.ts';
import { findNeeded } from './needed.ts';
import type { Needed } from './needed.ts';
import { checkPackSizes, refuseArchived } from './pack-sizes.ts';
import type { PackSizes } from './pack-sizes.ts';
import { readPacks } from './read-packs.ts';
import { samplePacks } from './sample.ts';

export interface VerifyOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: VerifyRequest;
  readonly signal: AbortSignal;
}

/** What the checks of a snapshot share. */
interface Subject extends VerifyOptions {
  readonly snapshot: Snapshot;
  readonly needed: Needed;
  readonly sizes: PackSizes;
}

/**
 * Checks a snapshot, changing nothing. `basic`: every object that it needs is there in full length, and what names
 * others decrypts. `standard`: also that folders and files are complete, and a sample of the packs, read to the last
 * byte. `thorough`: also all other packs; throws `object-archived` when some must be asked for first.
 */
export async function verifySnapshot(options: VerifyOptions): Promise<VerifyResult> {
  const { repository, clock, request, signal } = options;
  const snapshot = await snapshotOrReason(repository, request.snapshot);
  if (typeof snapshot === 'string')
    return { checks: [integrity('snapshot', 1, snapshot, '')], notTested: [nothingElse] };
  const onProgress = request.level === 'thorough' ? undefined : request.onProgress;
  const tally = new Tally({ clock, signal, onProgress });
  const needed = await findNeeded(repository, snapshot.tree, tally);
  tally.finish();
  const sizes = await checkPackSizes(repository, needed.packs, signal);
  if (request.level === 'thorough') refuseArchived(repository.store, sizes);
  const subject = { ...options, snapshot, needed, sizes };
  const checks = await basicChecks(subject);
  const question = { repository, clock, snapshot: snapshot.id, packs: needed.packs, signal };
  const unchanged = await checkUnchanged(question);
  if (request.level === 'basic')
    return { checks: [...checks, ...unchanged], notTested: [bytesUnread, ...unchecked(request)] };
  const locks = await checkLocks(question);
  return await readAndJudge(subject, [...checks, ...unchanged, ...locks, ...structureChecks(subject)]);
}

const nothingElse = 'everything else: without the snapshot nobody knows what belongs to it';
const unreadBytes = '; their bytes were not read';
const bytesUnread = 'the bytes of the packs, except for the folders in them';

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

async function basicChecks(subject: Subject): Promise<readonly VaultCheck[]> {
  const { lost, missing, folders, entries, packs } = subject.needed;
  const access = await subject.repository.checkAccess();
  return [
    integrity('snapshot', 1, undefined, 'it decrypts and names its tree'),
    integrity('access', 1, access[0] && access.join('; '), 'the config and every key slot are as they were written'),
    await indexCheck(subject),
    integrity('folders', 3, faultIn(lost, 'folders are lost'), `${folders} different folder objects are readable`),
    integrity(
      'files',
      3,
      faultIn(missing, 'files are incomplete'),
      `every part of ${entries.files} entries is indexed`,
    ),
    integrity(
      'packs',
      3,
      faultIn(subject.sizes.findings, 'packs are not as the index says'),
      `all ${packs.size} packs are there with the right size${subject.request.level === 'basic' ? unreadBytes : ''}`,
    ),
  ];
}

/** Every index file decrypts, and together they list all that the snapshot needs. */
async function indexCheck({ repository, needed }: Subject): Promise<VaultCheck> {
  const { files, faults, blobs } = await repository.checkIndex();
  let unlisted = 0;
  for (const pack of repository.packs())
    if (needed.packs.has(pack.id) && (blobs.get(pack.id) ?? 0) < pack.blobs.length) unlisted += 1;
  const lost = unlisted === 0 ? [] : [`${unlisted} needed packs are no longer listed, or not as a whole`];
  const all = [...faults, ...lost];
  return integrity('index', 2, all[0] && all.join('; '), `${files} index files decrypt and list what is needed`);
}

function structureChecks({ needed, request }: Subject): readonly VaultCheck[] {
  const { sizes, shape } = needed;
  return [
    integrity('sizes', 1, faultIn(sizes, 'files have another size than their parts'), 'the sizes add up'),
    integrity('names', 1, faultIn(shape, 'folders hold unsafe or unordered names'), 'names are safe and in order'),
    ...completeness(needed, request),
  ];
}

/** What can be reached from the snapshot, against what was counted while it was made. */
function completeness({ entries }: Needed, { expected }: VerifyRequest): readonly VaultCheck[] {
  if (expected === undefined) return [];
  const same = entries.files === expected.files && entries.bytes === expected.bytes;
  const found = `${entries.files} entries with ${entries.bytes} bytes`;
  const fault = same ? undefined : `${found} can be reached, ${expected.files} with ${expected.bytes} were captured`;
  return [integrity('complete', 3, fault, `${found} can be reached, as many as were captured`)];
}

function unchecked({ expected }: VerifyRequest): readonly string[] {
  return expected === undefined ? ['whether all that was captured is there: nothing is on record to compare with'] : [];
}

async function readAndJudge(subject: Subject, checks: readonly VaultCheck[]): Promise<VerifyResult> {
  const { request, needed } = subject;
  const chosen = chosenPacks(subject);
  const fault = faultIn(await readChosen(subject, chosen), 'packs are damaged');
  const rest = needed.packs.size - chosen.length;
  const archived = subject.sizes.archived.size;
  const notTested = [
    ...(rest === 0 ? [] : [`the bytes of ${rest} of ${needed.packs.size} packs`]),
    ...(archived === 0
      ? []
      : [`whether ${archived === 1 ? '1 pack' : `${archived} packs`} in an archive class can be asked back and read`]),
    ...unchecked(request),
  ];
  const read = `${chosen.length} of ${needed.packs.size} packs were read to the last byte`;
  const check =
    request.level === 'thorough'
      ? integrity('bytes', 5, fault, `${read}, and every part in them decrypted and hashed`)
      : integrity('sample', 2, fault, `${read}; ${rest} were not read`);
  return { checks: [...checks, check], notTested };
}

function chosenPacks({ request, needed, snapshot, clock, sizes }: Subject): readonly string[] {
  if (request.level === 'thorough') return [...needed.packs];
  const { verifiedAt } = request;
  return samplePacks(
    [...needed.packs].filter((id) => !sizes.archived.has(id)),
    { snapshot: snapshot.id, now: clock.now(), verifiedAt },
  );
}

/** A sample is too short to be shown; where all is read, the bytes of all packs are the whole. */
async function readChosen(subject: Subject, chosen: readonly string[]): Promise<Findings> {
  const { repository, clock, signal, request, needed, sizes } = subject;
  const tally = new Tally({ clock, signal, onProgress: request.level === 'thorough' ? request.onProgress : undefined });
  tally.bytesTotal = sizes.bytes;
  tally.filesTotal = needed.entries.files;
  const onRead = (bytes: number): void => tally.add(bytes);
  const findings = await readPacks(chosen, { repository, signal, onRead, onSound: request.onSoundPack });
  tally.files = needed.entries.files;
  tally.finish();
  return findings;
}
