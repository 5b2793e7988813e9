import { hostname } from 'node:os';
import type { Milliseconds } from '../../base/clock.ts';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { ErrorFacts } from '../../journal/event.ts';
import type { SealedMark } from '../../journal/sealed-marks.ts';
import type { Storage } from '../../plan/model/storage.ts';
import type { State } from '../state.ts';
import type { SealResult } from './write.ts';

/** How long a storage target is given, so that one that is down holds no run up. */
const patience: Milliseconds = 60_000;

/** Targets that failed in this process: they are left alone until the next. */
const failed = new WeakMap<State, Set<string>>();

/**
 * Brings the sealed catalogs in all storage targets that hold a vault up to date. What can't be written now is said, and
 * written after a later run: it never throws.
 */
export async function sealCatalogs(state: State): Promise<void> {
  const left = failed.get(state) ?? new Set<string>();
  failed.set(state, left);
  const targets = [...state.plan.storage.values()].filter(({ name, type }) => keepsCatalog(type) && !left.has(name));
  // A journal that can't be written is found out by whatever is recorded next.
  await Promise.allSettled(targets.map((storage) => sealInto(state, storage, left)));
}

/** False where only objects of the repository itself can be kept: restic's REST protocol has no place for others. */
export function keepsCatalog(type: Storage['type']): boolean {
  return type !== 'rest';
}

async function sealInto(state: State, storage: Storage, left: Set<string>): Promise<void> {
  const { name } = storage;
  const mark = state.journal().sealedMarks.of(name);
  try {
    const result = await within(patience, writeTo(state, storage, mark));
    if (result === undefined) return;
    state.journal().sealedMarks.note(name, { sequence: result.sequence, at: state.clock.now(), fault: undefined });
    tellRepaired(state, name, { mark, result });
  } catch (error) {
    left.add(name);
    // A place that is used for something else, and never was a vault of this plan.
    if (mark === undefined && codeOf(error) === 'vault-missing') return;
    giveUp(state, name, { mark, error });
  }
}

async function writeTo(state: State, storage: Storage, mark: SealedMark | undefined): Promise<SealResult | undefined> {
  const sealed = await state.vaults.sealed(storage.name, 'catalog');
  if (sealed === undefined) return nothingThere(storage, mark);
  const { sealCatalog } = await import('./write.ts');
  const { planDocument } = await import('./plan-document.ts');
  const { facts } = await state.stores.open(storage);
  const writer = { plan: state.plan.name, storage: storage.name, host: hostname() };
  return await sealCatalog({
    sealed,
    log: state.journal().log,
    writer,
    plan: planDocument(state.plan, writer),
    old: facts.appendOnly ? 'keep' : 'remove',
  });
}

/** A disk that isn't mounted is a fault only where there was a vault before. */
function nothingThere(storage: Storage, mark: SealedMark | undefined): undefined {
  if (mark === undefined) return undefined;
  throw new MusterError(`storage ${storage.name} holds no vault any more`, {
    code: 'vault-missing',
    hint: 'Check that its disk is mounted.',
  });
}

async function within<T>(limit: Milliseconds, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const hint = 'It is tried again after the next run.';
    reject(new MusterError(`it took longer than ${limit / 1000} seconds`, { code: 'storage-unreachable', hint }));
  }, limit);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Somebody has removed what was there: the only trace of it, so it is kept. */
function tellRepaired(
  state: State,
  storage: string,
  { mark, result }: { readonly mark: SealedMark | undefined; readonly result: SealResult },
): void {
  const sealedBefore = result.renamed ? 0 : (mark?.sequence ?? 0);
  const again = result.ranges.map(({ from, to }) => Math.min(to, sealedBefore) - from + 1).filter((count) => count > 0);
  const events = again.reduce((sum, count) => sum + count, 0);
  if (events > 0) state.note({ type: 'catalog.repaired', storage, events });
}

function giveUp(
  state: State,
  storage: string,
  { mark, error }: { readonly mark: SealedMark | undefined; readonly error: unknown },
): void {
  const facts = factsOf(state, error);
  const { sequence, at } = mark ?? { sequence: 0, at: undefined };
  state.journal().sealedMarks.note(storage, { sequence, at, fault: facts.message });
  state.note({ type: 'catalog.failed', storage, error: facts });
}

function factsOf({ secrets }: State, error: unknown): ErrorFacts {
  const { code, hint } = error instanceof MusterError ? error : { code: 'catalog-failed', hint: undefined };
  return { code, message: secrets.redact(messageOf(error)), hint };
}
