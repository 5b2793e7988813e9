import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Repository } from '../../src/vault/repository.ts';
import { requireProgram } from '../require.ts';
import type { Place } from './fixture.ts';
import { newPlace } from './fixture.ts';

const kills = 20;

describe('a writer that is killed at any moment', () => {
  let place: Place;
  beforeEach(() => (place = newPlace()));
  afterEach(() => place[Symbol.dispose]());

  test(`${kills} times over: what it reported is whole, nothing dangles, the next goes on`, async () => {
    await place.create();
    const reported = new Set<string>();
    for (let i = 0; i < kills; i += 1) {
      for (const id of await writeAndKill(place.path, randomInt(1, 60))) reported.add(id);
      const repository = await place.open();
      const found = await repository.listIds('snapshots');
      expect(found).toEqual(expect.arrayContaining([...reported]));
      await expectWhole(repository, found.slice(-3));
    }
    expect(reported.size).toBeGreaterThan(0);

    const repository = await place.open();
    await expectWhole(repository, await repository.listIds('snapshots'));
    const lock = await repository.lock('exclusive');
    await lock.release();
    expect(readdirSync(join(place.path, 'locks'))).toEqual([]);
    expectCleanCheck(place);
  });
});

/** Lets a writer work until it has told so many steps, and kills it then. Returns the snapshots that it reported. */
async function writeAndKill(folder: string, steps: number): Promise<string[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./crash-writer.ts', import.meta.url)), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const snapshots: string[] = [];
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('snapshot ')) snapshots.push(line.slice('snapshot '.length));
    told += 1;
    if (told === steps) child.kill('SIGKILL');
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
  return snapshots;
}

async function expectWhole(repository: Repository, snapshots: readonly string[]): Promise<void> {
  for (const id of snapshots) {
    const { tree } = (await repository.loadJson('snapshots', id)) as { readonly tree: string };
    const { nodes } = JSON.parse(String(await repository.load('tree', tree))) as {
      readonly nodes: readonly { readonly content: readonly string[] }[];
    };
    for (const blob of nodes.flatMap((node) => node.content)) expect(await repository.load('data', blob)).toBeDefined();
  }
}

function expectCleanCheck(place: Place): void {
  if (!requireProgram('restic')) return;
  expect(place.restic('check', '--read-data')).toContain('no errors were found');
}
