import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startRestServer } from '../servers/rest-server.ts';
import { folderWith, muster, musterJson, temporaryFolder } from './muster.ts';

const env = { MUSTER_PASSPHRASE: 'correct horse battery staple' };

/** A shop whose storage is as given, with so many backups of its web server. */
async function shopWith(storage: string, backups: number, retention = 'few'): Promise<string> {
  const plan = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
${storage}
retention:
  few: { keep: { last: 2 } }
  many: { keep: { last: 9 } }
systems:
  web: { storage: { to: primary, copies: [second] }, retention: ${retention}, source: { type: files, paths: [./web] } }
`;
  const folder = await folderWith({ 'muster.yaml': plan, 'web/index.html': '<h1>shop</h1>' });
  for (let round = 0; round < backups; round += 1) {
    await writeFile(join(folder, 'web', 'page'), randomBytes(100_000));
    expect(await muster(['backup', 'web'], { cwd: folder, env })).toMatchObject({ exitCode: 0 });
  }
  return folder;
}

async function snapshotsIn(folder: string, ...targets: readonly string[]): Promise<readonly number[]> {
  const lists = await Promise.all(targets.map((name) => readdir(join(folder, name, 'snapshots'))));
  return lists.map((names) => names.length);
}

interface Outlook {
  readonly storage: readonly {
    readonly name: string;
    readonly used: number | null;
    readonly measuredAt: string | null;
    readonly growth: number | null;
    readonly cost: { readonly perMonth: number } | null;
  }[];
}

describe('what storage targets hold', () => {
  test('is measured after a backup, known to a preview, and stated with its cost; a server that is away holds nothing up', async () => {
    const folder = await shopWith(
      `  primary: { type: local, path: ./primary, capacity: 1GiB, price: { currency: EUR, storage: 1000000 } }
  second: { type: local, path: ./second }
  away: { type: sftp, host: 127.0.0.1, port: 9, user: nobody, path: /x, retry: { limit: 0 }, identity: ./muster.yaml }`,
      1,
    );
    const preview = await musterJson<Outlook>(['preview'], { cwd: folder, env });
    expect(preview.storage[0]).toMatchObject({ name: 'primary', growth: null, used: expect.any(Number) as number });
    expect(preview.storage[2]).toMatchObject({ name: 'away', used: null, measuredAt: null, cost: null });
    const { storage } = await musterJson<Outlook>(['status'], { cwd: folder, env });
    expect(storage.map(({ name, used }) => [name, used === null])).toEqual([
      ['primary', false],
      ['second', false],
      ['away', true],
    ]);
    expect(storage[0]?.cost?.perMonth).toBeCloseTo(((storage[0]?.used ?? 0) / 2 ** 30) * 1e6, 2);
    const { stdout } = await muster(['status'], { cwd: folder, env });
    expect(stdout).toMatch(/primary +– +[\d.]+ KiB of 1\.0 GiB \(0 %\) +[\d.]+ EUR a month +met/);
  });
});

describe('a storage target with a retention of its own', () => {
  test('keeps what goes elsewhere, and gets no copy of what it would not keep', async () => {
    const storage = `  primary: { type: local, path: ./primary }
  second: { type: local, path: ./second, retention: many }`;
    const folder = await shopWith(storage, 4);
    const { decisions } = await musterJson<{ decisions: readonly { storage: string | null; action: string }[] }>(
      ['prune'],
      { cwd: folder, env },
    );
    const deleted = decisions.filter(({ action }) => action === 'delete');
    expect(deleted.map(({ storage: place }) => place)).toEqual([null, null]);
    expect(await snapshotsIn(folder, 'primary', 'second')).toEqual([2, 4]);
    const copies = await musterJson<{ steps: readonly object[] }>(['copy', '--dry-run'], { cwd: folder, env });
    expect(copies.steps).toEqual([]);
    expect(await muster(['verify', '--all-copies'], { cwd: folder, env })).toMatchObject({ exitCode: 0 });
  });
});

interface Moves {
  readonly moves: readonly {
    readonly backup: string;
    readonly from: string;
    readonly to: string;
    readonly status?: string;
  }[];
  readonly bytesFreed?: number;
}

describe('muster move', () => {
  test('takes what is old to another target, sound, and it does not come back', async () => {
    const folder = await shopWith(
      `  primary: { type: local, path: ./primary }
  second: { type: local, path: ./second, lifecycle: [{ after: 0s, to: cold }] }
  cold: { type: local, path: ./cold }`,
      2,
    );
    const call = { cwd: folder, env };
    const planned = await musterJson<Moves>(['move', '--dry-run'], call);
    expect(planned.moves.map(({ from, to }) => [from, to])).toEqual([
      ['second', 'cold'],
      ['second', 'cold'],
    ]);
    expect(await snapshotsIn(folder, 'second')).toEqual([2]);
    const { moves, bytesFreed } = await musterJson<Moves>(['move', '--reason', 'age'], call);
    expect(moves.map(({ status }) => status)).toEqual(['moved', 'moved']);
    expect(bytesFreed).toBeGreaterThan(200_000);
    expect(await snapshotsIn(folder, 'primary', 'second', 'cold')).toEqual([2, 0, 2]);
    expect(await musterJson(['move'], call)).toMatchObject({ run: null, moves: [] });
    expect(await musterJson(['copy', '--dry-run'], call)).toEqual({ steps: [] });
    expect(await muster(['verify', '--all-copies'], call)).toMatchObject({ exitCode: 0 });
    await rm(join(folder, 'primary'), { recursive: true });
    expect(await muster(['restore', 'web', '--to', join(folder, 'back')], call)).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(folder, 'back', folder, 'web/index.html'), 'utf8')).toBe('<h1>shop</h1>');
  });

  test('moves no more of the oldest than bring a target below its share', async () => {
    const folder = await shopWith(
      `  primary: { type: local, path: ./primary, capacity: 500KiB, rebalance: { above: 80%, to: cold } }
  second: { type: local, path: ./second }
  cold: { type: local, path: ./cold }`,
      5,
      'many',
    );
    const call = { cwd: folder, env };
    const { backups } = await musterJson<{ backups: readonly { id: string }[] }>(['backups'], call);
    const oldest = backups.map(({ id }) => id).slice(3);
    const planned = await musterJson<Moves>(['move', '--dry-run'], call);
    expect(planned.moves.map(({ backup }) => backup)).toEqual(oldest.toReversed());
    expect(await muster(['move'], call)).toMatchObject({ exitCode: 0 });
    expect(await snapshotsIn(folder, 'primary', 'second', 'cold')).toEqual([3, 5, 2]);
    const { storage } = await musterJson<Outlook>(['status'], call);
    expect(storage[0]?.used).toBeLessThan(0.8 * 500 * 1024);
    expect(await musterJson(['move'], call)).toMatchObject({ run: null });
  });

  test('leaves a backup where it is when the other target fails', async () => {
    const folder = await shopWith(
      `  primary: { type: local, path: ./primary, lifecycle: [{ after: 0s, to: cold }] }
  second: { type: local, path: ./second }
  cold: { type: local, path: ./muster.yaml }`,
      1,
    );
    const call = { cwd: folder, env };
    const moved = await muster(['move'], call);
    expect(moved.exitCode).toBe(3);
    expect(moved.stdout).toContain('not moved');
    expect(await snapshotsIn(folder, 'primary')).toEqual([1]);
    expect(await muster(['verify'], call)).toMatchObject({ exitCode: 0 });
  });

  test('moves to a server with a login, which is shown to nobody', async () => {
    const password = 'the password of the server';
    await using server = await startRestServer({ folder: await temporaryFolder(), login: { user: 'acme', password } });
    const folder = await shopWith(
      `  primary: { type: local, path: ./primary }
  second: { type: local, path: ./second, lifecycle: [{ after: 0s, to: far }] }
  far:
    type: rest
    url: http://127.0.0.1:${server.port}/acme/
    user: acme
    password: { env: REST_PASSWORD }
    limit: { upload: 100MiB/s }
    retry: { limit: 0 }`,
      1,
    );
    const call = (secret: string) => ({ cwd: folder, env: { ...env, REST_PASSWORD: secret } });
    const refused = await muster(['move'], call(`not ${password}`));
    expect(refused.exitCode).toBe(3);
    expect(refused.stdout + refused.stderr).not.toContain(password);
    expect(await snapshotsIn(folder, 'second')).toEqual([1]);
    expect(await muster(['move'], call(password))).toMatchObject({ exitCode: 0 });
    expect(await snapshotsIn(folder, 'second')).toEqual([0]);
    const args = ['restore', 'web', '--from', 'far', '--to', join(folder, 'back')];
    expect(await muster(args, call(password))).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(folder, 'back', folder, 'web/index.html'), 'utf8')).toBe('<h1>shop</h1>');
    const { storage } = await musterJson<Outlook>(['status'], call(password));
    expect(storage[2]?.used).toBeGreaterThan(100_000);
  });
});
