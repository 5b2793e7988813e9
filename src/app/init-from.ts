import { join, dirname, resolve } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { loadPlan, type LoadResult } from '../plan/load.ts';
import type { Plan } from '../plan/model/plan.ts';
import { createSecrets } from '../secrets/secrets.ts';
import type { SealedObjects } from '../vault/sealed.ts';
import { planOfPlace, type Place } from './place.ts';
import { placeNotes } from './place-notes.ts';
import { rebuildCatalog, type RebuildOutcome } from './rebuild.ts';
import { choosePlan, type ChosenPlan } from './sealed/choose-plan.ts';
import { keepsCatalog } from './sealed/keep.ts';
import { placeFiles, writeFiles, type PlacedPlan } from './sealed/place-files.ts';
import { secretsOf, type NeededSecret } from './secret-list.ts';
import { createState, type State } from './state.ts';
import { createStores } from './stores.ts';
import { createVaults } from './vaults.ts';

export interface InitFromOptions {
  readonly place: Place;
  /** Where the files of the plan go; made if need be. */
  readonly folder: string;
  /** First digits of the id of a sealed catalog, where there are several. */
  readonly catalog?: string | undefined;
  /** Default: `.muster` beside the plan. */
  readonly state?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock | undefined;
}

export interface InitFromOutcome {
  /** Path of the plan: a file or a folder. */
  readonly entry: string;
  /** Where the files were, and where they are. */
  readonly files: readonly { readonly from: string; readonly to: string }[];
  readonly plan: string;
  readonly host: string;
  readonly storage: string;
  readonly catalog: string;
  /** What the plan says now; it may need variables that are not set. */
  readonly loaded: LoadResult;
  /** What the plan needs and does not hold; empty while it can't be read. */
  readonly secrets: readonly NeededSecret[];
  readonly rebuilt: RebuildOutcome;
  /** What is not as it was, in words. */
  readonly notes: readonly string[];
}

/**
 * Begins on an empty machine with one storage target and a key: writes the plan that lies sealed there into a folder, and
 * brings the catalog back with its evidence. Nothing of the plan is carried out.
 */
export async function initFrom(options: InitFromOptions): Promise<InitFromOutcome> {
  const { place, env } = options;
  const folder = resolve(options.folder);
  const chosen = await withSealed(options, (sealed) => choosePlan(sealed, options.catalog));
  const placed = placeFiles(chosen, folder);
  await writeFiles(placed, folder);
  const loaded = await loadPlan(placed.entry, { env });
  const { rebuilt, newestPlan } = await rebuild(options, { chosen, placed, loaded });
  const { plan, host, storage, catalog } = chosen;
  return {
    entry: placed.entry,
    files: placed.files.map(({ from, to }) => ({ from, to })),
    plan,
    host,
    storage,
    catalog,
    loaded,
    secrets: loaded.plan === undefined ? [] : secretsOf(loaded.plan, env),
    rebuilt,
    notes: placeNotes({ place, chosen, placed, loaded: loaded.plan, newestPlan }),
  };
}

/** Without a state: where that goes is known only when the plan is. */
async function withSealed<T>(
  { place, env, folder, state, clock = systemClock }: InitFromOptions,
  work: (sealed: SealedObjects) => Promise<T>,
): Promise<T> {
  const { name, type } = place.storage;
  if (!keepsCatalog(type)) throw keepsNone(type);
  const { resolve: resolveSecret } = createSecrets({ env, cwd: place.folder });
  const locksFolder = join(state ?? folder, 'locks');
  const stores = createStores({ resolveSecret, env, clock, locksFolder });
  const plan = planOfPlace(place, { name, storage: name });
  const knownSlots = { of: () => undefined, remember: () => undefined };
  const vaults = createVaults({
    plan,
    resolveSecret,
    knownSlots,
    stores,
    clock,
    cacheFolder: '',
    onKeyUsed: () => undefined,
    onNoRescue: () => undefined,
  });
  try {
    const sealed = await vaults.sealed(name, 'init');
    if (sealed === undefined) throw noVault((await stores.open(place.storage)).description);
    return await work(sealed);
  } finally {
    await vaults.close();
    await stores.close();
  }
}

interface Written {
  readonly chosen: ChosenPlan;
  readonly placed: PlacedPlan;
  readonly loaded: LoadResult;
}

/** By the place that is at hand: what the plan says of it may be of the machine that is gone. */
async function rebuild(
  { place, env, clock, state: given }: InitFromOptions,
  { chosen, placed, loaded }: Written,
): Promise<{ readonly rebuilt: RebuildOutcome; readonly newestPlan: string | undefined }> {
  const isFile = placed.files.some(({ to }) => to === placed.entry);
  const folder = given ?? join(isFile ? dirname(placed.entry) : placed.entry, '.muster');
  const plan: Plan = {
    ...planOfPlace(place, { name: chosen.plan, storage: chosen.storage }),
    systems: loaded.plan?.systems ?? new Map(),
  };
  const state = createState(plan, { state: folder, env, ...(clock && { clock }) });
  try {
    return { rebuilt: await rebuildCatalog(state, chosen.storage), newestPlan: newestPlanOf(state, chosen.catalog) };
  } finally {
    await state.close();
  }
}

/** The plan that the newest run there was made with. */
function newestPlanOf(state: State, catalog: string): string | undefined {
  return state
    .journal()
    .runs()
    .find(({ origin, mode }) => origin === catalog && mode === 'execute')?.planHash;
}

function keepsNone(type: string): MusterError {
  return new MusterError(`a storage target of the type ${type} can't keep a plan`, {
    code: 'no-sealed-plan',
    hint: 'Begin with another target of the plan, or write a plan of your own and run muster catalog rebuild --from.',
  });
}

function noVault(description: string): MusterError {
  return new MusterError(`there is no vault in ${description}`, {
    code: 'vault-missing',
    hint: 'Check the place of the storage target and that its disk is mounted.',
  });
}
