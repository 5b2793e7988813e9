import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Vault } from '../../src/vault/vault.ts';
import { requireProgram } from '../require.ts';
import { factsOf } from '../vault/compare-trees.ts';
import { isRoot, temporaryFolder, treeRequest } from '../vault/place.ts';
import { changeTree, makeChangingTree, pick, randomOf } from './changing-tree.ts';
import type { CutOff } from './children/cut-off.ts';
import { KeptVault } from './kept-vault.ts';

/*
 * Everything that may happen to a vault, in random order: muster and restic write, remove and prune by turns, processes
 * are killed at a step, the source changes. Whatever the order, restic finds no fault, and each snapshot restores to
 * the source as it was. MUSTER_TEST_SEED repeats an order.
 */

const rounds = 30;
const seed = Number(process.env['MUSTER_TEST_SEED'] ?? randomInt(2 ** 31));
const random = randomOf(seed);
const child = fileURLToPath(new URL('./children/cut-off.ts', import.meta.url));
const programs = requireProgram('restic') && requireProgram('setfattr', ['--version']);

interface World {
  readonly source: string;
  readonly first: KeptVault;
  readonly second: KeptVault;
  /** Stays open over many rounds, while others change what it knows. */
  open: Vault;
  killed: number;
}

/** Only root can read back and restore all of the tree. */
describe.runIf(programs && isRoot)(`${rounds} rounds at random`, () => {
  test(`with seed ${seed}`, { timeout: 300_000 }, async () => {
    const world = await newWorld();
    const told: string[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      changeTree(world.source, random);
      const action = nextAction();
      told.push(action.name);
      await action(world).catch((error: unknown) => fail(told, error));
      if (round % 10 === 0) await expectSound(world, round === rounds ? 4 : 1).catch((error) => fail(told, error));
    }
    expect(world.killed).toBeGreaterThan(0);
    expect(world.first.facts.size).toBeGreaterThan(0);
    await world.open.close();
  });
});

function fail(told: readonly string[], cause: unknown): never {
  throw new Error(`MUSTER_TEST_SEED=${seed} after ${told.join(', ')}: ${String(cause)}`, { cause });
}

async function newWorld(): Promise<World> {
  const source = join(temporaryFolder(), 'source');
  await makeChangingTree(source);
  const [first, second] = [await KeptVault.create(source, 'one key'), await KeptVault.create(source, 'another key')];
  const world = { source, first, second, open: await first.open(), killed: 0 };
  await backUp(world);
  return world;
}

let deck: ((world: World) => Promise<void>)[] = [];

/** As from a deck of cards: in each half of the rounds everything has its turn. */
function nextAction(): (world: World) => Promise<void> {
  if (deck.length === 0) deck = [...actions];
  const action = pick(random, deck);
  deck.splice(deck.indexOf(action), 1);
  return action;
}

/** Half as many as there are rounds. */
const actions: readonly ((world: World) => Promise<void>)[] = [
  backUp,
  backUp,
  backUpByRestic,
  backUpByRestic,
  copy,
  forget,
  prune,
  prune,
  forgetAndPruneByRestic,
  killBackup,
  killBackup,
  killPrune,
  killPrune,
  killCopy,
  openAnew,
];

async function backUp(world: World): Promise<void> {
  const { snapshot, faults } = await world.open.backup(treeRequest(world.source, { parent: parentIn(world) }));
  expect(faults).toStrictEqual([]);
  world.first.facts.set(snapshot, factsOf(world.source));
}

/** Any of them, old ones too, or none. */
function parentIn({ first }: World): string | undefined {
  const ids = [...first.facts.keys()];
  return ids[random(ids.length + 1)];
}

async function backUpByRestic({ first, source }: World): Promise<void> {
  first.restic('unlock');
  first.restic('backup', source, ...pick(random, [[], ['--force']]));
  await learn(first, source);
}

async function learn(kept: KeptVault, source: string): Promise<void> {
  for (const id of await kept.unknown()) kept.facts.set(id, factsOf(source));
}

async function copy(world: World): Promise<void> {
  const from = pick(random, [...world.first.facts.keys()]);
  const target = await world.second.open();
  const { snapshot } = await world.open.copyTo(target, from);
  await target.close();
  world.second.facts.set(snapshot, world.first.facts.get(from) ?? new Map());
}

async function forget(world: World): Promise<void> {
  const kept = pick(random, [world.first, world.second]);
  const vault = await kept.open();
  const gone = leaving(kept);
  expect(await vault.forget({ snapshots: gone, last: 'keep' })).toMatchObject({ missing: [] });
  await vault.close();
  expect(await kept.unknown()).toStrictEqual([]);
  for (const id of gone) expect(kept.facts.has(id)).toBe(false);
}

/** Some, and never all. */
function leaving(kept: KeptVault): readonly string[] {
  const ids = [...kept.facts.keys()];
  return ids.filter((_, at) => at !== 0 && random(2) === 0);
}

async function prune(world: World): Promise<void> {
  const maxUnused = pick(random, [0, 0.05, 0.5]);
  const maxRepackBytes = pick(random, [100_000, 10_000_000, Number.MAX_SAFE_INTEGER]);
  const other = await world.second.open();
  for (const vault of [world.open, other]) await vault.prune({ mode: 'apply', maxUnused, maxRepackBytes });
  await other.close();
}

async function forgetAndPruneByRestic({ first }: World): Promise<void> {
  first.restic('unlock');
  const gone = leaving(first);
  if (gone.length > 0) first.restic('forget', ...gone);
  first.restic('prune', '--max-unused', pick(random, ['0', '5%', 'unlimited']));
  expect(await first.unknown()).toStrictEqual([]);
}

async function killBackup(world: World): Promise<void> {
  const { first, source } = world;
  kill(world, {
    ...first.place,
    what: 'backup',
    source,
    parent: parentIn(world),
    step: someStep(),
    signal: 'SIGKILL',
  });
  await learn(first, source);
}

async function killPrune(world: World): Promise<void> {
  const kept = pick(random, [world.first, world.second]);
  kill(world, { ...kept.place, what: 'prune', step: someStep(), signal: 'SIGKILL' });
  expect(await kept.unknown()).toStrictEqual([]);
}

async function killCopy(world: World): Promise<void> {
  const { first, second } = world;
  const snapshot = pick(random, [...first.facts.keys()]);
  kill(world, { ...second.place, what: 'copy', from: first.place, snapshot, step: someStep(), signal: 'SIGKILL' });
  for (const id of await second.unknown()) second.facts.set(id, first.facts.get(snapshot) ?? new Map());
}

/** Early ones more often: some operations take only a few. */
function someStep(): number {
  return 1 + random(pick(random, [3, 8, 14]));
}

/** The child kills itself; it ends as usual when there is less to do. */
function kill(world: World, order: CutOff): void {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [child, JSON.stringify(order)], {
    encoding: 'utf8',
  });
  if (signal !== 'SIGKILL') expect([status, stdout, stderr]).toStrictEqual([0, stdout, '']);
  else world.killed += 1;
}

async function openAnew(world: World): Promise<void> {
  await world.open.close();
  world.open = await world.first.open();
}

async function expectSound({ first, second }: World, restores: number): Promise<void> {
  for (const kept of [first, second]) {
    kept.expectClean();
    expect(await kept.unknown()).toStrictEqual([]);
    const ids = [...kept.facts.keys()];
    for (let i = 0; i < restores && ids.length > 0; i += 1) {
      const id = ids.splice(random(ids.length), 1)[0] ?? '';
      expect([id, await kept.differences(id)]).toStrictEqual([id, []]);
    }
  }
}
