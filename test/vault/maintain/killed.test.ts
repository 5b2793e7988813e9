import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../../require.ts';
import { newVault, openAgain, restic, temporaryFolder, treeRequest } from '../place.ts';
import { change, expectClean, numbers, Past } from './history.ts';

/* kill -9 at random moments of the work: what is kept stays readable, and the next run goes on to the end. */

const moments = 20;
const program = fileURLToPath(new URL('../children/maintain.ts', import.meta.url));

interface Prepared {
  readonly folder: string;
  readonly past: Past;
  readonly kept: readonly string[];
}

describe.runIf(requireProgram('restic'))('killed with SIGKILL', () => {
  test(`at ${moments} moments of prune`, { timeout: 300_000 }, async () => {
    const { folder, past, kept } = await prepare();
    const length = await timeOf('prune', copyOf(folder));
    const random = numbers(7);
    let killed = 0;
    for (let moment = 0; moment < moments; moment += 1) {
      const own = copyOf(folder);
      killed += await killAfter((length * random(1000)) / 1000, 'prune', own);
      removeLocks(own);
      if (moment % 4 === 0) expectClean(own);
      const { vault } = await openAgain(own);
      const result = await vault.prune({ mode: 'apply', maxUnused: 0 });
      expect(result.figures.left).toBe(0);
      expect(await vault.prune({ mode: 'plan', maxUnused: 0 })).toMatchObject({ missing: 0, bytesFreed: 0 });
      if (moment % 4 === 2) expectClean(own);
      expect((await vault.snapshots()).map(({ id }) => id).sort()).toStrictEqual([...kept].sort());
      const differences = moment % 8 === 0 ? past.differences(own, kept[0] ?? '') : [];
      expect(differences).toStrictEqual([]);
      rmSync(own, { recursive: true });
    }
    expect(killed).toBeGreaterThan(moments / 4);
  });

  test(`at ${moments} moments of repair`, { timeout: 300_000 }, async () => {
    const { folder } = await prepare();
    const packs = readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    );
    for (const [at, name] of packs.sort().entries()) if (at % 4 === 0) rmSync(join(folder, 'data', name));
    const expected = copyOf(folder);
    const length = await timeOf('repair', expected);
    const random = numbers(11);
    let killed = 0;
    for (let moment = 0; moment < moments; moment += 1) {
      const own = copyOf(folder);
      killed += await killAfter((length * random(1000)) / 1000, 'repair', own);
      removeLocks(own);
      const { vault } = await openAgain(own);
      await vault.repair({ mode: 'repair' });
      if (moment % 4 === 0) expectClean(own);
      expect(await vault.repair({ mode: 'check' })).toMatchObject({ packs: [], snapshots: [] });
      expect(await treesOf(own)).toStrictEqual(await treesOf(expected));
      rmSync(own, { recursive: true });
    }
    expect(killed).toBeGreaterThan(moments / 4);
  });
});

async function prepare(): Promise<Prepared> {
  const next = numbers(5);
  const past = new Past(join(temporaryFolder(), 'source'));
  const { folder, vault } = await newVault();
  const made: string[] = [];
  for (let i = 0; i < 12; i += 1) {
    change(past.source, next);
    const tags = ['muster:system=shop'];
    const { snapshot } = await vault.backup(treeRequest(past.source, { parent: made.at(-1), tags }));
    past.keep(snapshot);
    made.push(snapshot);
  }
  const gone = made.filter((_, at) => at % 2 === 0);
  await vault.forget({ snapshots: gone, last: 'keep' });
  return { folder, past, kept: made.filter((id) => !gone.includes(id)) };
}

function copyOf(folder: string): string {
  const copy = join(temporaryFolder(), 'vault');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** The child tells when it begins, so that the start of the program takes no part. */
async function start(what: string, folder: string): Promise<ReturnType<typeof spawn>> {
  const child = spawn(process.execPath, [program, folder, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function timeOf(what: string, folder: string): Promise<number> {
  const child = await start(what, folder);
  const began = performance.now();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
  return performance.now() - began;
}

/** 1 when it was still at work, else 0. */
async function killAfter(ms: number, what: string, folder: string): Promise<number> {
  const child = await start(what, folder);
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return signal === 'SIGKILL' ? 1 : 0;
}

/** Those of the killed; restic itself removes them once their process is gone. */
function removeLocks(folder: string): void {
  restic(folder, 'unlock');
}

async function treesOf(folder: string): Promise<readonly string[]> {
  const { vault } = await openAgain(folder);
  return (await vault.snapshots()).map(({ tree }) => tree);
}
