import type { SourceDefinition } from '../plan/model/system.ts';
import type { RestoreSourceResult } from '../sources/source.ts';
import type { ActionOf, StepContext, StepHandler, StepOutcome } from './handler.ts';
import { failed, partial, stepErrorOf, succeeded } from './outcome.ts';
import { checkRestore } from './restore/check.ts';
import { useFirstCopy, type FromCopy } from './restore/copies.ts';
import { definitionFor } from './restore/definition.ts';
import { fetchFrom, readFrom } from './restore/fetch.ts';
import { shareRestore } from './restore/share.ts';
import { requireSpace } from './restore/space.ts';
import { sourceOf } from './source-of.ts';
import type { StoredSnapshot } from './stored-copy.ts';

/** Puts a backup back, from the first storage target that has it. */
export const restoreStep: StepHandler<'restore'> = { readOnly: false, check: checkRestore, execute };

async function execute(action: ActionOf<'restore'>, context: StepContext): Promise<StepOutcome> {
  try {
    const definition = definitionFor(action, context);
    if (action.place.kind === 'folder' && action.paths.length === 0)
      await requireSpace(action.place.path, action.backup.bytesTotal);
    const restored = await useFirstCopy(action, context, (copy) => restore(definition, action, copy, context));
    return outcomeOf(action, restored);
  } catch (error) {
    context.signal.throwIfAborted();
    return failed(nothingRestored(action), stepErrorOf(error));
  }
}

interface Restored extends RestoreSourceResult {
  /** For people: what further copies gave. */
  readonly shares: readonly string[];
}

async function restore(
  definition: SourceDefinition,
  action: ActionOf<'restore'>,
  copy: StoredSnapshot,
  context: StepContext,
): Promise<Restored> {
  const { place, paths, overwrite, backup } = action;
  const { clock, signal, onProgress } = context;
  const shared = shareRestore(copy, action, context);
  const result = await (
    await sourceOf(definition, context)
  ).restore(definition, {
    place,
    paths,
    overwrite,
    manifest: backup.manifest,
    entries: () => shared.entries(),
    fetch: (request) => fetchFrom(copy, request, { signal, onProgress, others: shared.others() }),
    read: (path) => readFrom(copy, path, shared.others()),
    clock,
    signal,
  });
  return { ...result, shares: shared.notes() };
}

/** Less than was asked, or a check that did not pass, is `partial`, and everything that is missing is listed. */
function outcomeOf(
  { system, backup, paths }: ActionOf<'restore'>,
  { copy, passedOver, result }: FromCopy<Restored>,
): StepOutcome {
  const { files, bytes, missing, recoveredTo, checks, shares } = result;
  const lost = missing.map(({ path, detail }) => ({ path, kind: 'missing', detail }));
  const unsound = checks.filter(({ passed }) => !passed);
  const faults = [...lost, ...unsound.map(({ name, detail }) => ({ path: recoveredTo, kind: name, detail }))];
  const proven = faults.length === 0 && paths.length === 0 && checks.length > 0;
  const facts = { kind: 'restore', system, backup: backup.id, files, bytes, recoveredTo, proven, checks } as const;
  const over = passedOver.map((reason) => `passed over ${reason}`);
  const output = [...over, `restored from ${copy.storage}`, ...shares].join('\n');
  return faults.length === 0 ? succeeded(facts, { output }) : partial(facts, { output, faults });
}

function nothingRestored({ system, backup }: ActionOf<'restore'>) {
  const nothing = { files: 0, bytes: 0, recoveredTo: '', proven: false, checks: [] };
  return { kind: 'restore', system, backup: backup.id, ...nothing } as const;
}
