import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { requireProgram } from '../require.ts';
import { factsOf } from '../vault/compare-trees.ts';
import { folderWith, noise, treeRequest } from '../vault/place.ts';
import { KeptVault } from './kept-vault.ts';
import { beforeChange } from './steps.ts';

/* The store fails at each change that an operation makes, one after the other: once, or from there on. */

type Failing = 'once' | 'from then on';
type Operation = (vault: Vault) => Promise<unknown>;

const source = folderWith({ a: noise(2_500_000), 'b/c': 'small' });
const fault = new MusterError('cannot write in that place: EIO', { code: 'storage-failed' });
let sample: KeptVault;

describe.runIf(requireProgram('restic'))('an operation whose store fails', () => {
  beforeAll(async () => {
    sample = await KeptVault.create(source, 'one key');
    const vault = await sample.open();
    // What is removed again leaves something to prune: whole packs, and packs of which some is used.
    for (const [at, content] of ['x', noise(600_000).slice(1), 'y', noise(900_000).slice(7)].entries()) {
      writeFileSync(join(source, `changes ${at % 2}`), content);
      sample.facts.set((await vault.backup(treeRequest(source))).snapshot, factsOf(source));
    }
    const [oldest, , ...others] = [...sample.facts.keys()];
    await vault.forget({ snapshots: [oldest ?? '', others[0] ?? ''], last: 'keep' });
    await vault.close();
    await sample.unknown();
    writeFileSync(join(source, 'new'), noise(1_200_000).slice(3));
  });

  test.for<Failing>(['once', 'from then on'])('backup, %s', { timeout: 120_000 }, async (failing) => {
    const steps = await failAtEachStep(failing, (vault) => vault.backup(treeRequest(source)));
    expect(steps).toBeGreaterThan(8);
  });

  test.for<Failing>(['once', 'from then on'])('prune, %s', { timeout: 120_000 }, async (failing) => {
    const steps = await failAtEachStep(failing, (vault) => vault.prune({ mode: 'apply', maxUnused: 0 }));
    expect(steps).toBeGreaterThan(8);
  });

  test('copy, from then on', { timeout: 120_000 }, async () => {
    const from = await sample.open();
    const other = await KeptVault.create(source, 'another key');
    const [snapshot = ''] = sample.facts.keys();
    const options = { begin: other, copies: snapshot };
    const steps = await failAtEachStep('from then on', (vault) => from.copyTo(vault, snapshot), options);
    expect(steps).toBeGreaterThan(8);
    await from.close();
  });
});

interface Begin {
  readonly begin: KeptVault;
  /** The snapshot of the sample that is copied. */
  readonly copies: string | undefined;
}

/** Until there is no such step: the fault comes out, what is recorded is whole, and the same vault goes on after it. */
async function failAtEachStep(failing: Failing, operation: Operation, options?: Begin): Promise<number> {
  const { begin, copies } = options ?? { begin: sample, copies: undefined };
  const now = sample.facts.get(copies ?? '') ?? factsOf(source);
  for (let step = 1; ; step += 1) {
    const kept = begin.duplicate();
    const disk = failingDisk(kept.store(), { step, failing });
    const vault = await kept.open(disk.store);
    const outcome = await operation(vault).then(() => 'succeeded', asItIs);
    expect([step, disk.first(), outcome]).toStrictEqual([step, disk.first(), disk.hasFailed() ? fault : 'succeeded']);
    if (disk.hasFailed()) {
      disk.mend();
      for (const id of await kept.unknown()) kept.facts.set(id, now);
      await operation(vault);
      for (const id of await kept.unknown()) kept.facts.set(id, now);
      await expectWhole(kept, step);
    }
    await vault.close();
    rmSync(kept.place.folder, { recursive: true });
    if (!disk.hasFailed()) return step - 1;
  }
}

function asItIs(error: unknown): unknown {
  return error;
}

/** All is read at each step; restic is asked now and then. */
async function expectWhole(kept: KeptVault, step: number): Promise<void> {
  const vault = await kept.open();
  const snapshot = [...kept.facts.keys()].at(-1) ?? '';
  const { checks } = await vault.verify({ snapshot, level: 'thorough' });
  await vault.close();
  expect([step, checks.filter(({ passed }) => !passed)]).toStrictEqual([step, []]);
  if (step % 8 !== 0) return;
  kept.expectClean();
  expect([step, await kept.differences(snapshot)]).toStrictEqual([step, []]);
}

interface FailingDisk {
  readonly store: ObjectStore;
  hasFailed(): boolean;
  /** The first change that failed; empty when none did. */
  first(): string;
  mend(): void;
}

function failingDisk(
  store: ObjectStore,
  { step, failing }: { readonly step: number; readonly failing: Failing },
): FailingDisk {
  let steps = 0;
  let first: string | undefined;
  let mended = false;
  const before = (change: string): void => {
    steps += 1;
    const isBroken = failing === 'once' ? steps === step : steps >= step;
    if (!isBroken || mended) return;
    first ??= change;
    throw fault;
  };
  return {
    store: beforeChange(store, before),
    hasFailed: () => first !== undefined,
    first: () => first ?? '',
    mend: () => (mended = true),
  };
}
