import type { Instant } from '../../base/clock.ts';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { SealedObjects } from '../../vault/sealed.ts';
import { readPlanDocument, type SealedPlan } from './plan-document.ts';
import { listCatalogs, type ListedCatalog } from './read.ts';
import { decodeSegment } from './segment.ts';

export interface ChosenPlan extends SealedPlan {
  /** Id of the catalog that it belongs to. */
  readonly catalog: string;
  /** What was passed over, and why. */
  readonly notes: readonly string[];
}

interface Candidate extends ChosenPlan {
  readonly lastAt: Instant;
}

/**
 * The newest plan that lies sealed in a storage target: of the catalog that begins with those digits, or of the one that
 * was written to last. Throws `several-plans` when there are plans of several names, `no-sealed-plan`.
 */
export async function choosePlan(sealed: SealedObjects, catalog: string | undefined): Promise<ChosenPlan> {
  const notes: string[] = [];
  const candidates: Candidate[] = [];
  for (const listed of await listCatalogs(sealed))
    if (listed.id.startsWith(catalog ?? '')) candidates.push(...(await candidateOf(sealed, listed, notes)));
  const [newest, ...others] = candidates.toSorted((a, b) => b.lastAt - a.lastAt);
  if (newest === undefined) throw noPlan(notes, catalog);
  if (others.some(({ plan }) => plan !== newest.plan)) throw several(candidates);
  const passed = others.map(
    ({ catalog: id, host }) => `catalog ${id} of ${host} has a plan of that name, too: it is the older one`,
  );
  return { ...newest, notes: [...notes, ...passed] };
}

/** The newest plan of it that can be read. */
async function candidateOf(
  sealed: SealedObjects,
  { id, plans, logs }: ListedCatalog,
  notes: string[],
): Promise<readonly Candidate[]> {
  for (const { name } of plans) {
    const plan = await readOr(notes, async () => readPlanDocument(name, await sealed.get(name)));
    if (plan) return [{ ...plan, catalog: id, notes: [], lastAt: await lastOf(sealed, logs, notes) }];
  }
  return [];
}

async function lastOf(sealed: SealedObjects, logs: ListedCatalog['logs'], notes: string[]): Promise<Instant> {
  for (const log of logs.toSorted((a, b) => b.to - a.to || b.from - a.from)) {
    const segment = await readOr(notes, async () => decodeSegment(log, await sealed.get(log.name)));
    if (segment) return segment.lastAt ?? 0;
  }
  return 0;
}

/** What is wrong with one object is noted, and the next is tried. */
async function readOr<T>(notes: string[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!['object-damaged', 'object-missing', 'object-newer'].includes(String(codeOf(error)))) throw error;
    notes.push(messageOf(error));
    return undefined;
  }
}

function noPlan(notes: readonly string[], catalog: string | undefined): MusterError {
  const which = catalog === undefined ? '' : ` in a catalog ${catalog}`;
  const why = notes.length === 0 ? '' : `: ${notes.join('; ')}`;
  return new MusterError(`no plan lies sealed there${which}${why}`, {
    code: 'no-sealed-plan',
    hint: 'With a plan of your own, muster catalog rebuild --from brings the backups back; RESCUE.md in the target shows one.',
  });
}

function several(candidates: readonly Candidate[]): MusterError {
  const list = candidates.map(({ catalog, plan, host }) => `${catalog} (${plan} on ${host})`).join(', ');
  return new MusterError(`several plans lie sealed there: ${list}`, {
    code: 'several-plans',
    hint: 'Name one of these catalogs with --catalog.',
  });
}
