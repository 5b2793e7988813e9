import { messageOf } from '../../base/error.ts';
import type { Instant } from '../../base/clock.ts';
import type { SealedObjects } from '../../vault/sealed.ts';
import type { State } from '../state.ts';
import { listCatalogs, readCatalog, type SealedCatalog } from './read.ts';

/** What became of one sealed catalog. */
export interface TakenCatalog {
  /** Id of the journal that it is of. */
  readonly id: string;
  readonly plan: string;
  readonly host: string;
  readonly lastAt: Instant | undefined;
  /** Events whose hashes fit. */
  readonly events: number;
  /** Those that were not known here. */
  readonly taken: number;
  /** Hash of the newest event, which vouches for all before it. */
  readonly head: string | undefined;
  /** Events of the chain that are not there or can't be read. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
}

export interface TakenEvidence {
  readonly catalogs: readonly TakenCatalog[];
  /** Catalogs of other plans: they were left alone. */
  readonly others: readonly { readonly id: string; readonly plan: string; readonly host: string }[];
  /** What can't be read or taken over, and why. */
  readonly faults: readonly string[];
}

/**
 * Takes the evidence in the sealed catalogs of this plan over into the journal: runs, backups, copies, proofs, with their
 * hashes checked. What is known already stays as it is.
 */
export async function takeOverEvidence(state: State, sealed: SealedObjects, storage: string): Promise<TakenEvidence> {
  const evidence = {
    catalogs: [] as TakenCatalog[],
    others: [] as TakenEvidence['others'][number][],
    faults: [] as string[],
  };
  for (const catalog of await readAll(sealed, evidence.faults)) {
    const { id, plan, host } = catalog;
    if (plan === state.plan.name) takeOver(state, { catalog, storage, evidence });
    else evidence.others.push({ id, plan, host });
  }
  return evidence;
}

/** What is known later replaces what was known before: the one that was written to last comes last. */
async function readAll(sealed: SealedObjects, faults: string[]): Promise<readonly SealedCatalog[]> {
  const catalogs: SealedCatalog[] = [];
  for (const listed of await listCatalogs(sealed)) {
    const catalog = await readCatalog(sealed, listed);
    faults.push(...catalog.faults);
    if ('events' in catalog) catalogs.push(catalog);
  }
  return catalogs.toSorted((a, b) => (a.lastAt ?? 0) - (b.lastAt ?? 0));
}

interface Taking {
  readonly catalog: SealedCatalog;
  readonly storage: string;
  readonly evidence: { readonly catalogs: TakenCatalog[]; readonly faults: string[] };
}

/** What is wrong with one must not keep the others, or the snapshots, from being found. */
function takeOver(state: State, { catalog, storage, evidence }: Taking): void {
  const { id, plan, host, lastAt, events, missing } = catalog;
  try {
    const taken = state.journal().log.takeOver({ storage, catalog: id }, events);
    evidence.catalogs.push({
      id,
      plan,
      host,
      lastAt,
      events: events.length,
      taken,
      head: events.at(-1)?.hash,
      missing,
    });
  } catch (error) {
    evidence.faults.push(messageOf(error));
  }
}
