import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foldedTables, openState, temporaryFolder } from './state.ts';

/** Starts them all at once; resolves with what each printed. Fails when one of them does. */
async function together(
  script: string,
  folder: string,
  names: readonly string[],
  count: number,
): Promise<readonly string[]> {
  return Promise.all(
    names.map(async (name) => {
      const args = [join(import.meta.dirname, 'children', script), folder, name, String(count)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      expect(code).toBe(0);
      return output;
    }),
  );
}

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('several processes with one state', () => {
  test('all begin it together, append at once, and lose nothing', async () => {
    const folder = join(temporaryFolder(), 'state');
    const outputs = await together('append.ts', folder, names, 50);
    const acknowledged = outputs.flatMap((output) => output.trim().split('\n'));
    expect(acknowledged).toHaveLength(names.length * 50 * 4);
    const journal = openState(folder);
    expect(journal.verifyChain()).toMatchObject({ intact: true, events: acknowledged.length });
    expect(journal.runs()).toHaveLength(names.length * 50);
    for (const run of journal.runs()) expect(run.status).toBe('succeeded');
    for (const name of names) expect(journal.run(`${name}-49`)?.events).toHaveLength(4);
    const before = foldedTables(folder);
    journal.rebuild();
    expect(foldedTables(folder)).toEqual(before);
  });

  test('never hold a lease together, and each holding has a higher token', async () => {
    const folder = join(temporaryFolder(), 'state');
    openState(folder);
    // A child fails when another one is inside at the same time.
    const outputs = await together('lease.ts', folder, names.slice(0, 4), 40);
    const tokens = outputs.map((output) => output.trim().split('\n').map(Number));
    for (const own of tokens) expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(new Set(tokens.flat()).size).toBe(160);
    expect(Math.max(...tokens.flat())).toBe(160);
  });
});
