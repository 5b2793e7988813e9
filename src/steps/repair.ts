import { bringBack, onlyChanged } from '../vault/immutable/changed.ts';
import type { RepairReport } from '../vault/maintain/requests.ts';
import type { Vault } from '../vault/vault.ts';
import type { ActionOf, StepContext, StepFinding, StepHandler, StepOutcome } from './handler.ts';
import { failed, ok, partial, problem, stepErrorOf, succeeded } from './outcome.ts';

/** Mends a storage target. */
export const repairStep: StepHandler<'repair'> = { readOnly: false, check, execute };

async function check(action: ActionOf<'repair'>, context: StepContext): Promise<readonly StepFinding[]> {
  try {
    const { changed, packs, snapshots } = await repair(action, 'check', context);
    const back = changed.length === 0 ? '' : `bring ${changed.length} objects back, and then `;
    return [ok(`would ${back}mend ${packs.length} packs and ${snapshots.length} snapshots`)];
  } catch (error) {
    return [problem('error', error)];
  }
}

async function execute(action: ActionOf<'repair'>, context: StepContext): Promise<StepOutcome> {
  const { storage } = action;
  try {
    const report = await repair(action, 'repair', context);
    const facts = { kind: 'repair', storage, report } as const;
    return report.snapshots.length === 0 ? succeeded(facts) : partial(facts, { faults: faultsOf(report) });
  } catch (error) {
    context.signal.throwIfAborted();
    return failed({ kind: 'repair', storage, report: undefined }, stepErrorOf(error));
  }
}

async function repair(
  { storage, donors: names, foreign }: ActionOf<'repair'>,
  mode: 'check' | 'repair',
  context: StepContext,
): Promise<RepairReport> {
  const { signal, onProgress } = context;
  const changed = await bringBack(await context.store(storage), { mode, signal });
  // What is damaged besides shows only once these are as they were.
  if (mode === 'check' && changed.length > 0) return onlyChanged(changed);
  const vault = await context.vault(storage, { damagedIndex: 'pass-over' });
  const donors: Vault[] = [];
  for (const name of names) donors.push(...(await donorIn(name, context)));
  return { ...(await vault.repair({ mode, donors, foreign, signal, onProgress })), changed };
}

/** A target that can't be opened gives nothing. */
async function donorIn(name: string, { vault }: StepContext): Promise<readonly Vault[]> {
  try {
    return [await vault(name, { damagedIndex: 'pass-over' })];
  } catch (error) {
    stepErrorOf(error);
    return [];
  }
}

function faultsOf({ snapshots }: RepairReport): StepOutcome['faults'] {
  return snapshots.flatMap(({ id, lost }) =>
    lost.map(({ path, detail }) => ({ path, kind: 'lost', detail: `${detail} (snapshot ${id.slice(0, 8)})` })),
  );
}
