import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { compareTrees } from '../vault/compare-trees.ts';
import { addNoise, makeSite, restic, run, runJson } from './shop.ts';

/* Two processes of muster and one of restic write to one vault at once, while another verifies what is in it. */

const waves = 3;
const one = makeSite();
const vault = join(one, 'vault');
const two = makeSite(vault);
const other = makeSite(vault);
const sources = [one, two, other].map((site) => join(site, 'web'));

describe.runIf(requireProgram('restic'))('a vault that several use at once', () => {
  afterAll(() => {
    for (const site of [one, two, other]) rmSync(site, { recursive: true });
  });

  test(`serves them all, ${waves} times over`, { timeout: 240_000 }, async () => {
    expect(await run(['backup', 'web'], { cwd: one })).toMatchObject({ exitCode: 0 });
    for (let wave = 0; wave < waves; wave += 1) {
      addSomethingSame(wave);
      const all = [backUp(one), backUp(two), verify(one), restic(vault, 'backup', join(other, 'web'))];
      const [first, second, verified] = await Promise.all(all);
      expect([first, second, verified]).toMatchObject(Array.from({ length: 3 }, () => ({ exitCode: 0 })));
      expect(await restic(vault, 'check', '--read-data')).toContain('no errors were found');
      expect(readdirSync(join(vault, 'locks'))).toStrictEqual([]);
      expect(readdirSync(join(vault, 'snapshots'))).toHaveLength(1 + 3 * (wave + 1));
    }
    for (const source of sources) expect(await differencesOfLatest(source)).toStrictEqual([]);
    for (const site of [one, two]) {
      const { backups } = await runJson<{ backups: object[] }>(['backups'], { cwd: site });
      expect(backups).toHaveLength(site === one ? waves + 1 : waves);
    }
  });
});

/** What two writers store at once may be in the vault twice; it must never be there not at all. */
function addSomethingSame(wave: number): void {
  addNoise(one, `same ${wave}`, 5_000_000);
  for (const site of [two, other]) cpSync(join(one, 'web', `same ${wave}`), join(site, 'web', `same ${wave}`));
  for (const site of [one, two, other]) addNoise(site, `own ${wave}`, 3_000_000);
}

function backUp(cwd: string): ReturnType<typeof run> {
  return run(['backup', 'web'], { cwd });
}

function verify(cwd: string): ReturnType<typeof run> {
  return run(['verify', '--level', 'thorough'], { cwd });
}

async function differencesOfLatest(source: string): Promise<readonly string[]> {
  const target = join(one, 'restored');
  await restic(vault, 'restore', 'latest', '--path', source, '--target', target);
  const found = compareTrees(source, join(target, source));
  rmSync(target, { recursive: true });
  return found;
}
