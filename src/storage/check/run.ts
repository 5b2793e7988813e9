import { randomBytes } from 'node:crypto';
import type { Clock, Milliseconds } from '../../base/clock.ts';
import { messageOf, MusterError } from '../../base/error.ts';
import type { ObjectInfo, ObjectStore, ObjectWriter } from '../store.ts';
import { around, replaced } from '../wrap/around.ts';
import { CheckFailure } from './assert.ts';
import type { CheckCase, CheckGroup, CheckSubject } from './case.ts';
import { checkGroups } from './groups.ts';
import { type CheckPlace, placeIn } from './place.ts';

export interface CheckReport {
  /** Description of the store. */
  readonly store: string;
  readonly results: readonly CaseResult[];
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** What could not be removed again, and why. */
  readonly left: { readonly names: readonly string[]; readonly reason: string } | undefined;
}

export type CaseStatus = 'passed' | 'failed' | 'not-applicable';

export interface CaseResult {
  readonly group: string;
  readonly name: string;
  readonly status: CaseStatus;
  /** Why it failed or does not apply. */
  readonly detail: string | undefined;
  /** What is worth knowing besides. */
  readonly notes: readonly string[];
  readonly duration: Milliseconds;
}

export interface CheckOptions {
  readonly clock: Clock;
  /** Ends the suite after the case at hand, with its reason; what was written is removed. */
  readonly signal?: AbortSignal | undefined;
  readonly onResult?: (result: CaseResult) => void;
  /** Default: all. */
  readonly groups?: readonly CheckGroup[];
}

/**
 * Runs the suite in names of its own, and removes what it wrote. Throws what keeps it from writing and reading a single
 * object: then no case would say more.
 */
export async function checkStore(store: ObjectStore, options: CheckOptions): Promise<CheckReport> {
  const place = placeIn(store, randomBytes(8).toString('hex'));
  const left: Leftovers = { names: new Set(), reason: place.stays };
  const results: CaseResult[] = [];
  await assertUsable(store, place, left);
  try {
    for (const [number, { group, ...one }] of numbered(options.groups ?? checkGroups)) {
      options.signal?.throwIfAborted();
      const result = { group, ...(await runCase({ store, place, left, clock: options.clock }, one, number + 1)) };
      results.push(result);
      options.onResult?.(result);
    }
  } finally {
    if (place.root !== undefined) await store.tidy?.(place.root).catch(() => undefined);
  }
  return { store: store.description, results, counts: countsOf(results), left: leftOf(left) };
}

interface Leftovers {
  readonly names: Set<string>;
  reason: string | undefined;
}

function leftOf({ names, reason = 'it could not be removed' }: Leftovers): CheckReport['left'] {
  return names.size === 0 ? undefined : { names: [...names], reason };
}

function numbered(groups: readonly CheckGroup[]): Iterable<[number, CheckCase & { readonly group: string }]> {
  return groups.flatMap(({ name: group, cases }) => cases.map((one) => ({ ...one, group }))).entries();
}

async function assertUsable(store: ObjectStore, place: CheckPlace, left: Leftovers): Promise<void> {
  const content = randomBytes(32);
  const name = place.nameOf(place.prefixOf(0), 'usable', content);
  await store.put(name, content);
  const same = (await store.get(name)).equals(content);
  await clean({ store, place, left }, [name]);
  if (same) return;
  throw new MusterError(`${store.description} does not keep what is written to it`, {
    code: 'storage-failed',
    hint: 'Do not use this storage target: what was written came back changed.',
  });
}

interface Workplace {
  readonly store: ObjectStore;
  readonly place: CheckPlace;
  readonly left: Leftovers;
}

async function runCase(
  { clock, ...work }: Workplace & { readonly clock: Clock },
  { name, needs = [], run }: CheckCase,
  number: number,
): Promise<Omit<CaseResult, 'group'>> {
  const unmet = needs.map(work.place.unmet).find((reason) => reason !== undefined);
  if (unmet !== undefined) return { name, status: 'not-applicable', detail: unmet, notes: [], duration: 0 };
  const begun = clock.now();
  const notes: string[] = [];
  const { subject, names, writers } = subjectFor(work, number, notes);
  const detail = await run(subject).then(() => undefined, faultText);
  const duration = clock.now() - begun;
  // A case that failed has left its writers open; to the others an abort does no harm.
  await Promise.allSettled(writers.map((writer) => writer.abort()));
  await clean(work, [...names, ...(await remains(work, subject.prefix))]);
  return { name, status: detail === undefined ? 'passed' : 'failed', detail, notes, duration };
}

/** What the store itself threw is no answer that the case expected. */
function faultText(error: unknown): string {
  return error instanceof CheckFailure ? error.message : `the store failed: ${messageOf(error)}`;
}

interface Prepared {
  readonly subject: CheckSubject;
  readonly names: ReadonlySet<string>;
  readonly writers: readonly ObjectWriter[];
}

function subjectFor({ store, place }: Workplace, number: number, notes: string[]): Prepared {
  const names = new Set<string>();
  const writers: ObjectWriter[] = [];
  const prefix = place.prefixOf(number);
  const isOwn = (name: string): boolean => place.root !== undefined || names.has(name);
  const subject: CheckSubject = {
    store: withWriters(store, writers),
    prefix,
    name: (hint, content) => {
      const name = place.nameOf(prefix, `${number}-${hint}`, content);
      names.add(name);
      return name;
    },
    list: async (within = prefix) => (await infosOf(store, within)).filter(({ name }) => isOwn(name)),
    note: (text) => notes.push(text),
  };
  return { subject, names, writers };
}

/** The same store, whose writers are on record. */
function withWriters(store: ObjectStore, writers: ObjectWriter[]): ObjectStore {
  const open = async (): Promise<ObjectWriter> => {
    const writer = await store.writer();
    writers.push(writer);
    return writer;
  };
  return replaced(
    around(store, (_, run) => run()),
    { writer: open },
  );
}

async function infosOf(store: ObjectStore, prefix: string): Promise<readonly ObjectInfo[]> {
  const infos: ObjectInfo[] = [];
  for await (const info of store.list(prefix)) infos.push(info);
  return infos.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a case left under names that it was not given. */
async function remains({ store, place }: Workplace, prefix: string): Promise<readonly string[]> {
  if (place.root === undefined) return [];
  return await infosOf(store, prefix).then(
    (infos) => infos.map(({ name }) => name),
    () => [],
  );
}

const removalsAtOnce = 16;

async function clean({ store, place, left }: Workplace, names: readonly string[]): Promise<void> {
  const waiting = [...new Set(names)];
  const work = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
      await cleanOne({ store, place, left }, name);
  };
  await Promise.all(Array.from({ length: removalsAtOnce }, work));
}

async function cleanOne({ store, place, left }: Workplace, name: string): Promise<void> {
  try {
    if (place.stays === undefined) return await store.remove(name);
    if ((await store.size(name)) !== undefined) left.names.add(name);
  } catch (error) {
    left.names.add(name);
    left.reason ??= messageOf(error);
  }
}

function countsOf(results: readonly CaseResult[]): CheckReport['counts'] {
  const count = (status: CaseStatus): number => results.filter((result) => result.status === status).length;
  return { passed: count('passed'), failed: count('failed'), 'not-applicable': count('not-applicable') };
}
