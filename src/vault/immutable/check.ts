import type { Clock, Instant } from '../../base/clock.ts';
import { codeOf } from '../../base/error.ts';
import { configName, objectName } from '../format/names.ts';
import type { Id, Repository } from '../repository.ts';
import type { VaultCheck } from '../vault.ts';
import { Findings } from '../verify/findings.ts';
import { allAhead } from '../worker/ahead.ts';
import { changedObjects } from './changed.ts';
import { objectsFor } from './needed-objects.ts';
import { promisedUntil } from './promise.ts';

export interface ImmutableQuestion {
  readonly repository: Repository;
  readonly clock: Clock;
  readonly snapshot: Id;
  readonly packs: ReadonlySet<Id>;
  readonly signal: AbortSignal;
}

/** Nobody has removed or replaced anything that the snapshot needs, which the store would have kept. None where nothing is locked. */
export async function checkUnchanged({
  repository,
  snapshot,
  packs,
  signal,
}: ImmutableQuestion): Promise<readonly VaultCheck[]> {
  const { store } = repository;
  if (store.facts.immutable === undefined || store.versions === undefined) return [];
  const findings = new Findings();
  const concerns = new Set([objectName('snapshots', snapshot), ...[...packs].map((id) => objectName('data', id))]);
  for await (const { name, change } of changedObjects(store)) {
    signal.throwIfAborted();
    const isShared = name === configName || name.startsWith('keys/') || name.startsWith('index/');
    if (isShared || concerns.has(name)) findings.add(`${name} was ${change}`);
  }
  const fault =
    findings.count === 0
      ? undefined
      : `${findings.describe('objects were changed by somebody')}; muster repair brings the first versions back`;
  return [
    {
      name: 'unchanged',
      passed: fault === undefined,
      weight: 3,
      integrity: true,
      detail: fault ?? 'nothing that it needs was removed or replaced since it was written',
    },
  ];
}

/** Each object that the snapshot needs is locked for as long as was promised, as the store says now. None where nothing is locked. */
export async function checkLocks(question: ImmutableQuestion): Promise<readonly VaultCheck[]> {
  const { repository, clock, snapshot, packs, signal } = question;
  const { locks, facts } = repository.store;
  const until = await promisedUntil(repository, snapshot);
  if (locks === undefined || until === undefined) return [];
  const names = await objectsFor(repository, snapshot, packs);
  const load = async (name: string): Promise<Instant> => {
    signal.throwIfAborted();
    return (await locks.lockedUntil(name).catch(missing)) ?? 0;
  };
  const ends = await allAhead(names, { load, atOnce: facts.concurrency });
  const findings = new Findings();
  for (const [at, end] of ends.entries())
    if (end < until) findings.add(`${names[at]} ${end === 0 ? 'is not locked' : `only until ${timeOf(end)}`}`);
  const first = ends.reduce((a, b) => Math.min(a, b));
  const done = `every object of this backup (${names.length}) is locked until ${timeOf(first)} or longer`;
  const over = `it was to be locked until ${timeOf(until)}; that is over`;
  const isOver = until <= clock.now();
  const fault = findings.count === 0 || isOver ? undefined : findings.describe('objects are not locked as promised');
  return [
    {
      name: 'locks',
      passed: fault === undefined,
      weight: 2,
      integrity: false,
      detail: fault ?? (isOver ? over : done),
    },
  ];
}

function timeOf(instant: Instant): string {
  return Number.isFinite(instant) ? new Date(instant).toISOString() : 'the end of a legal hold';
}

/** Other checks tell that it is not there. */
function missing(error: unknown): undefined {
  if (codeOf(error) !== 'object-missing') throw error;
  return undefined;
}
