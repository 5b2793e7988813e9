import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { factsOf } from '../vault/compare-trees.ts';
import { folderWith, treeRequest } from '../vault/place.ts';
import type { CutOff } from './children/cut-off.ts';
import { KeptVault } from './kept-vault.ts';

/*
 * A process stands still in the middle of its backup for longer than a lock lives, and goes on: a laptop that slept.
 * Its clock is 40 minutes late, which is what others see of a long pause.
 */

const program = fileURLToPath(new URL('./children/cut-off.ts', import.meta.url));
const behind = 40 * 60_000;
const left: (() => void)[] = [];

describe.runIf(requireProgram('restic'))('a backup that stood still', () => {
  afterEach(() => {
    for (const end of left.splice(0)) end();
  });

  test.for(['index/', 'snapshots/'])(
    'before it wrote to %s records nothing once its lock and packs are gone',
    async (step) => {
      const source = folderWith({ a: randomBytes(3_000_000).toString('latin1') });
      const kept = await KeptVault.create(source, 'one key');
      const sleeper = await startUntilStopped({
        ...kept.place,
        what: 'backup',
        source,
        step,
        signal: 'SIGSTOP',
        behind,
      });
      const before = packsIn(kept);
      expect([before > 0, await kept.unknown()]).toStrictEqual([true, []]);

      const vault = await kept.open();
      // It is alive, so muster waits for it; restic looks at the time alone.
      await expect(vault.prune({ mode: 'apply' })).rejects.toMatchObject({ code: 'vault-locked' });
      kept.restic('unlock');
      kept.restic('prune');
      expect(packsIn(kept)).toBe(0);

      const { exitCode, stdout } = await sleeper.goOn();
      expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { code: 'lock-lost' }]);
      expect(await kept.unknown()).toStrictEqual([]);
      kept.expectClean();
      const { snapshot } = await vault.backup(treeRequest(source));
      await vault.close();
      kept.facts.set(snapshot, factsOf(source));
      kept.expectClean();
      expect(await kept.differences(snapshot)).toStrictEqual([]);
    },
  );
});

function packsIn(kept: KeptVault): number {
  const names = readdirSync(join(kept.place.folder, 'data'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.length > 2).length;
}

interface Sleeper {
  goOn(): Promise<{ readonly exitCode: number | null; readonly stdout: string }>;
}

async function startUntilStopped(order: CutOff): Promise<Sleeper> {
  const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
  left.push(() => child.kill('SIGKILL'));
  const closed = once(child, 'close') as Promise<[number | null]>;
  const stdout = text(child.stdout);
  while (!isStopped(child.pid ?? 0)) await new Promise(setImmediate);
  return {
    goOn: async () => {
      child.kill('SIGCONT');
      return { exitCode: (await closed)[0], stdout: await stdout };
    },
  };
}

/** The state follows the name of the program, which is in brackets. Throws when the process is gone. */
function isStopped(pid: number): boolean {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ');
}
