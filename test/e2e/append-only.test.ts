import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startRestServer } from '../servers/rest-server.ts';
import { folderWith, muster, musterJson, temporaryFolder } from './muster.ts';

async function shopWith(storage: string): Promise<string> {
  const plan = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
${storage}
retention:
  few: { keep: { last: 2 } }
systems:
  web: { storage: { to: primary, copies: [second] }, retention: few, source: { type: files, paths: [./web] } }
`;
  return await folderWith({ 'muster.yaml': plan, 'web/index.html': '<h1>shop</h1>' });
}

describe('prune', () => {
  test('leaves a target alone that is append-only, says why, and is content', async () => {
    const folder = await shopWith(`  primary: { type: local, path: ./primary }
  second: { type: local, path: ./second, appendOnly: true }`);
    const call = { cwd: folder };
    for (let round = 0; round < 4; round += 1) {
      await writeFile(join(folder, 'web', 'page'), `page ${round}`);
      expect(await muster(['backup', 'web'], call)).toMatchObject({ exitCode: 0 });
    }
    const skipped = [{ storage: 'second', backups: 2, reason: expect.stringContaining('append-only') as string }];
    expect(await musterJson(['prune', '--dry-run'], call)).toMatchObject({ skipped });
    const { exitCode, stdout } = await muster(['prune'], call);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('second was left alone: nothing is removed from a target that is append-only; 2 backups');
    const kept = await Promise.all(['primary', 'second'].map((name) => readdir(join(folder, name, 'snapshots'))));
    expect(kept.map(({ length }) => length)).toEqual([2, 4]);
    expect(await musterJson(['prune'], call)).toMatchObject({ status: 'succeeded', skipped, errors: [] });
    expect(await muster(['verify', '--all-copies'], call)).toMatchObject({ exitCode: 0 });
  });

  test('has nothing to do where all targets are append-only', async () => {
    const folder = await shopWith(`  primary: { type: local, path: ./primary, appendOnly: true }
  second: { type: local, path: ./second, appendOnly: true }`);
    expect(await muster(['backup', 'web'], { cwd: folder })).toMatchObject({ exitCode: 0 });
    expect(await muster(['prune'], { cwd: folder })).toMatchObject({ exitCode: 0 });
  });
});

describe('the rescue page', () => {
  test('that a REST server does not take is told once, with the first backup', async () => {
    await using server = await startRestServer({ folder: await temporaryFolder() });
    const folder = await shopWith(`  primary: { type: local, path: ./primary }
  second: { type: rest, url: "http://127.0.0.1:${server.port}/shop/" }`);
    const first = await muster(['backup', 'web'], { cwd: folder });
    expect(first.exitCode).toBe(0);
    expect(first.stderr.match(/RESCUE\.md could not be put there/g)).toHaveLength(1);
    expect(first.stderr).toContain('! second: RESCUE.md');
    const next = await muster(['backup', 'web'], { cwd: folder });
    expect(next.exitCode).toBe(0);
    expect(next.stderr).not.toContain('RESCUE.md');
  });
});
