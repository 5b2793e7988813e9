import type { Clock } from '../../base/clock.ts';
import { readIndex } from '../index/read-index.ts';
import type { Id, Repository, RepositoryLock } from '../repository.ts';
import { isDamage } from '../tree/load.ts';
import type { Content } from './repair/content.ts';
import { DonatedContent, goodContent } from './repair/content.ts';
import { mendPacks } from './repair/mend-packs.ts';
import { mendSnapshots, reportOf } from './repair/mend-snapshots.ts';
import { surveyPacks } from './repair/survey-packs.ts';
import type { BrokenSnapshot } from './repair/survey-snapshots.ts';
import { brokenSnapshots } from './repair/survey-snapshots.ts';
import type { RepairRequest } from '../vault.ts';
import type { RepairReport } from './requests.ts';

export interface RepairOptions {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly request: RepairRequest;
  /** What other vaults hold. */
  readonly donors: readonly Content[];
  readonly signal: AbortSignal;
}

/**
 * Reads everything, and says what is damaged and what of the backups is lost. With an exclusive lock it is mended too:
 * packs and index first, then what other vaults can give, then the snapshots that have lost something. Sound packs and
 * snapshots are never touched.
 */
export async function repairRepository(
  options: RepairOptions,
  lock: RepositoryLock | undefined,
): Promise<Omit<RepairReport, 'changed'>> {
  const { repository, clock, request, donors, signal } = options;
  const damagedIndex = await damagedIndexFiles(repository);
  const onRead = (bytes: number, bytesTotal: number): void =>
    request.onProgress?.({ files: 0, bytes, filesTotal: undefined, bytesTotal });
  const survey = await surveyPacks({ repository, signal, onRead });
  const packs = survey.damaged.map(({ id, fault, saved, lost }) => ({ id, fault, saved, lost }));
  const report = { index: { damaged: damagedIndex, wrong: survey.wrong }, packs };
  if (lock === undefined) {
    const content = new DonatedContent(goodContent(repository, [...survey.sound, ...survey.saved]), donors);
    const broken = await brokenSnapshots(repository, content, signal);
    const snapshots = broken.map((each) => reportOf(each, request.foreign ?? []));
    return { ...report, healed: content.donated.size, snapshots };
  }
  await mendPacks({ repository, clock, lock, survey, damagedIndex, signal });
  const { content, broken } = await heal(options);
  const snapshots = await mendSnapshots({ repository, content, lock, foreign: request.foreign ?? [] }, broken);
  await repository.flush();
  return { ...report, healed: content.donated.size, snapshots };
}

async function damagedIndexFiles({ objects }: Repository): Promise<readonly Id[]> {
  const damaged: Id[] = [];
  await readIndex(objects, (id) => damaged.push(id));
  return damaged;
}

interface Healed {
  readonly content: DonatedContent;
  readonly broken: readonly BrokenSnapshot[];
}

/** Stores what others can give of what is lost. What they list and can't read after all is looked for no more. */
async function heal({ repository, donors, signal }: RepairOptions): Promise<Healed> {
  const content = new DonatedContent(repository, donors);
  for (;;) {
    const broken = await brokenSnapshots(repository, content, signal);
    const given = await takeDonated(repository, content, signal);
    await repository.flush();
    if (given === 'all') return { content, broken };
  }
}

async function takeDonated(
  repository: Repository,
  content: DonatedContent,
  signal: AbortSignal,
): Promise<'all' | 'not all'> {
  let given: 'all' | 'not all' = 'all';
  for (const { type, id } of content.donated) {
    signal.throwIfAborted();
    if (repository.has(type, id)) continue;
    try {
      await repository.save(type, await content.fromDonor(type, id));
    } catch (error) {
      if (!isDamage(error)) throw error;
      given = 'not all';
    }
  }
  return given;
}
