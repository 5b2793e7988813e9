import type { Milliseconds } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import type { StorageSize } from '../journal/storage-sizes.ts';
import { outlookOf, type StorageOutlook } from '../observe/outlook.ts';
import type { PlannedStep } from '../order/step.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { State } from './state.ts';

const dayMs: Milliseconds = 86_400_000;

/** How long a listing may take while somebody waits for it, and after a run. */
const patience = { status: 10_000, run: 60_000 } as const;

/** For so long a figure of a server is not asked for again. */
const freshFor: Milliseconds = 3_600_000;

/**
 * What each target holds: as of now where that can be found out in 10 seconds, else as of the last time. A target that can't
 * be reached has nothing to say: status is asked for on bad days too.
 */
export async function measureAll(
  state: State,
  targets: readonly Storage[],
): Promise<ReadonlyMap<string, StorageOutlook>> {
  const found = await Promise.all(targets.map((storage) => currentSize(state, storage)));
  return new Map(targets.map((storage, at) => [storage.name, outlook(state, storage, found[at])]));
}

/** By what is on record alone. */
export function knownOutlook(state: State, storage: Storage): StorageOutlook {
  return outlook(state, storage, undefined);
}

/** Once a day, after a run that changed them. What can't be measured now is measured another time. */
export async function noteSizes(state: State, steps: readonly PlannedStep[]): Promise<void> {
  const names = new Set(steps.flatMap(({ action }) => changedBy(action)));
  const today = Math.floor(state.clock.now() / dayMs);
  for (const storage of state.plan.storage.values()) {
    const last = sizesOf(state, storage.name).at(-1);
    if (!names.has(storage.name) || (last !== undefined && Math.floor(last.at / dayMs) >= today)) continue;
    await measure(state, storage, patience.run);
  }
}

function changedBy(action: PlannedStep['action']): readonly string[] {
  if (action.kind === 'backup') return [action.execution.to, ...action.execution.copies];
  if (action.kind === 'copy' || action.kind === 'prune') return [action.storage];
  if (action.kind === 'move') return [action.to];
  return [];
}

function outlook(state: State, storage: Storage, current: StorageSize | undefined): StorageOutlook {
  const now = state.clock.now();
  const known = sizesOf(state, storage.name);
  const sizes = current === undefined || known.at(-1)?.at === current.at ? known : [...known, current];
  const backups = storage.price === undefined ? [] : state.catalog().backups({ storage: storage.name });
  const recent = backups.filter(({ startedAt }) => startedAt > now - 30 * dayMs);
  return outlookOf({ storage, sizes, backups: recent.length, now });
}

function sizesOf(state: State, storage: string): readonly StorageSize[] {
  return state.hasJournal() ? state.journal().storageSizes.of(storage) : [];
}

async function currentSize(state: State, storage: Storage): Promise<StorageSize | undefined> {
  const last = sizesOf(state, storage.name).at(-1);
  const isFresh = last !== undefined && state.clock.now() - last.at < freshFor;
  if (storage.type !== 'local' && isFresh) return last;
  return await measure(state, storage, patience.status);
}

/** Undefined when it takes too long, or fails. */
async function measure(state: State, storage: Storage, limit: Milliseconds): Promise<StorageSize | undefined> {
  const end = new AbortController();
  const late = state.clock.sleep(limit, end.signal).catch(() => undefined);
  try {
    const bytes = await Promise.race([state.vaults.bytesUsed(storage.name, end.signal), late]);
    if (bytes === undefined) return undefined;
    const size = { at: state.clock.now(), bytes };
    if (state.hasJournal()) state.journal().storageSizes.note(storage.name, size);
    return size;
  } catch (error) {
    if (error instanceof MusterError) return undefined;
    throw error;
  } finally {
    end.abort();
  }
}
