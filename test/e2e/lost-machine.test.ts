import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { folderWith, muster, musterJson, temporaryFolder } from './muster.ts';

/* The machine is gone with its plan and its state; one storage target and a passphrase are left. */

const plan = `muster: 1
name: shop
timezone: Europe/Berlin
extends: [muster:retention/standard, ./shared/contacts.yaml]
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  primary: { type: local, path: ./primary }
  second: { type: local, path: /DISK/second }
systems:
  web: { storage: { to: primary, copies: [second] }, retention: gfs, source: { type: files, paths: [/DATA/web] }, recovery: { estimate: 1m } }
  orders: { storage: { to: primary, copies: [second] }, retention: gfs, source: { type: sqlite, path: /DATA/orders.db }, recovery: { estimate: 1m } }
channels:
  chat: { type: webhook, url: { env: CHAT_URL } }
audiences: { team: { channels: [chat], contacts: [ada] } }
runbooks:
  rebuild: { title: Rebuild, steps: [{ id: back, recover: { systems: [web, orders] } }] }
`;

interface Shop {
  /** Holds the plan and the state: what is lost. */
  readonly machine: string;
  readonly data: string;
  /** The disk with the second target: what is left. */
  readonly disk: string;
  readonly env: Readonly<Record<string, string>>;
}

async function makeShop(): Promise<Shop> {
  const [data, disk] = [await temporaryFolder(), await temporaryFolder()];
  const machine = await folderWith({
    'muster.yaml': plan.replaceAll('/DATA', data).replaceAll('/DISK', disk),
    'shared/contacts.yaml': 'contacts: { ada: { primary: ada@shop.example } }\n',
  });
  await mkdir(join(data, 'web'));
  await writeFile(join(data, 'web/index.html'), '<h1>shop</h1>');
  const database = new DatabaseSync(join(data, 'orders.db'));
  database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1), (2), (3)');
  database.close();
  return { machine, data, disk, env: { CHAT_URL: 'http://127.0.0.1:9/' } };
}

interface Runs {
  readonly runs: readonly { readonly id: string; readonly kind: string; readonly origin: string | null }[];
}
interface Status {
  readonly systems: readonly {
    readonly name: string;
    readonly lastVerified: string | null;
    readonly lastProvenRestore: string | null;
  }[];
  readonly storage: readonly {
    readonly name: string;
    readonly catalog: { readonly runsBehind: number; readonly fault: string | null } | null;
  }[];
}
interface Backups {
  readonly backups: readonly object[];
}

async function evidenceOf(
  call: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ...options: readonly string[]
) {
  const { backups } = await musterJson<Backups>(['backups', ...options], call);
  const { runs } = await musterJson<Runs>(['runs', ...options], call);
  const { systems } = await musterJson<Status>(['status', ...options], call);
  return {
    backups,
    runs: runs.map((run) => ({ ...run, origin: undefined })),
    proofs: systems.map(({ name, lastVerified, lastProvenRestore }) => [name, lastVerified, lastProvenRestore]),
  };
}

/** Backups, a verification, a restore that proves the database, and an empty run of copies. */
async function work({ machine, env }: Shop): Promise<void> {
  const call = { cwd: machine, env };
  expect(await muster(['backup', '--all'], call)).toMatchObject({
    exitCode: 0,
    stderr: expect.not.stringContaining('sealed') as string,
  });
  expect(await muster(['verify'], call)).toMatchObject({ exitCode: 0 });
  expect(await muster(['restore', 'orders', '--to', join(machine, 'proof')], call)).toMatchObject({ exitCode: 0 });
}

describe('a machine that is lost', () => {
  test('comes back from one storage target: plan, catalog, evidence and data', { timeout: 90_000 }, async () => {
    const shop = await makeShop();
    const { machine, data, disk, env } = shop;
    await work(shop);
    const before = await evidenceOf({ cwd: machine, env });
    expect(before.runs.map(({ kind }) => kind)).toEqual(['restore', 'verify', 'backup']);
    expect(before.proofs.map(([, verified]) => typeof verified)).toEqual(['string', 'string']);
    await rm(machine, { recursive: true });
    await rm(data, { recursive: true });

    const empty = await temporaryFolder();
    const state = join(await temporaryFolder(), 'state');
    const call = { cwd: empty, env: { MUSTER_STATE: state } };
    const begun = await muster(['init', '--from', join(disk, 'second')], call);
    expect(begun).toMatchObject({ exitCode: 0, stderr: '' });
    expect(begun.stdout).toContain('variable CHAT_URL: MISSING (channels.chat.url)');
    expect(begun.stdout).toContain('variable MUSTER_PASSPHRASE: here (keys.main.passphrase)');
    expect(begun.stdout).toContain('its hashes fit from the first to the last');
    expect(begun.stdout).toContain(`! the plan was in ${machine} on `);
    expect((await readdir(empty, { recursive: true })).toSorted()).toEqual([
      'muster.yaml',
      'shared',
      'shared/contacts.yaml',
    ]);
    expect(await readFile(join(empty, 'muster.yaml'), 'utf8')).toBe(
      plan.replaceAll('/DATA', data).replaceAll('/DISK', disk),
    );

    expect(await evidenceOf(call)).toEqual(before);
    const { runs } = await musterJson<Runs>(['runs'], call);
    expect(new Set(runs.map(({ origin }) => typeof origin))).toEqual(new Set(['string']));
    expect((await muster(['runs'], call)).stdout).toContain('* taken over from the sealed catalog');
    expect(await muster(['restore', 'web', '--in-place', '--yes'], call)).toMatchObject({ exitCode: 0 });
    expect(await muster(['recover', 'rebuild', '--execute', '--yes'], call)).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(data, 'web/index.html'), 'utf8')).toBe('<h1>shop</h1>');
    const database = new DatabaseSync(join(data, 'orders.db'));
    expect(database.prepare('SELECT count(*) AS rows FROM orders').get()).toEqual({ rows: 3 });
    database.close();
    // Done again it changes nothing.
    expect(await musterJson(['catalog', 'rebuild', '--from', 'second'], call)).toMatchObject({
      found: [],
      gone: [],
      byTags: 0,
    });
  });

  test(
    'says what was taken away from the sealed catalog, and knows the rest by tags',
    { timeout: 90_000 },
    async () => {
      const shop = await makeShop();
      const call = { cwd: shop.machine, env: shop.env };
      await work(shop);
      await writeFile(join(shop.data, 'web/more.html'), 'more');
      const folder = join(shop.disk, 'second/muster/catalog');
      const [id = ''] = await readdir(folder);
      const before = new Set(await readdir(join(folder, id)));
      expect(await muster(['backup', 'web'], call)).toMatchObject({ exitCode: 0 });
      // A thief rolls it back to what it was an hour ago.
      for (const name of await readdir(join(folder, id))) if (!before.has(name)) await rm(join(folder, id, name));
      const rolledBack = await muster(['init', 'a', '--from', join(shop.disk, 'second')], {
        cwd: await temporaryFolder(),
      });
      expect(rolledBack).toMatchObject({ exitCode: 0 });
      expect(rolledBack.stdout).toContain(
        '1 backup of these the sealed catalog does not have: it is older than they are',
      );

      // The machine itself notices with its next run, and mends it.
      const next = await muster(['backup', 'web'], call);
      expect(next.stderr).toMatch(/! second: \d+ events of the sealed catalog were gone, and are there again/);
      const mended = await musterJson<{ byTags: number }>(['init', 'b', '--from', join(shop.disk, 'second')], {
        cwd: await temporaryFolder(),
      });
      expect(mended.byTags).toBe(0);

      // Snapshots that were removed behind its back are not in the catalog.
      const snapshots = join(shop.disk, 'second/snapshots');
      for (const name of await readdir(snapshots)) await rm(join(snapshots, name));
      const robbed = await muster(['init', 'c', '--from', join(shop.disk, 'second')], { cwd: await temporaryFolder() });
      expect(robbed).toMatchObject({ exitCode: 3 });
      expect(robbed.stdout.match(/the sealed catalog has it, and its snapshot is not there/g)).toHaveLength(4);
    },
  );

  test('a target that is away catches up, and its lag is in sight', { timeout: 90_000 }, async () => {
    const shop = await makeShop();
    const call = { cwd: shop.machine, env: shop.env };
    await work(shop);
    const [target, away] = [join(shop.disk, 'second'), join(shop.disk, 'away')];
    await rename(target, away);
    await writeFile(target, 'no folder');
    const alone = await muster(['verify', '--system', 'web', '--storage', 'primary'], call);
    expect(alone).toMatchObject({ exitCode: 0 });
    expect(alone.stderr.match(/! second: plan and catalog could not be sealed there/g)).toHaveLength(1);
    const behind = (await musterJson<Status>(['status'], call)).storage.map(({ name, catalog }) => [name, catalog]);
    expect(behind).toEqual([
      ['primary', expect.objectContaining({ runsBehind: 0, fault: null })],
      ['second', expect.objectContaining({ runsBehind: 1, fault: expect.any(String) as string })],
    ]);
    expect((await muster(['status'], call)).stdout).toMatch(/second: the sealed catalog is .* old, 1 run behind: /);
    await rm(target);
    await rename(away, target);
    expect(await muster(['verify', '--system', 'web', '--storage', 'primary'], call)).toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining('sealed') as string,
    });
    const { storage } = await musterJson<Status>(['status'], call);
    expect(storage.map(({ catalog }) => catalog)).toEqual([
      expect.objectContaining({ runsBehind: 0, fault: null }),
      expect.objectContaining({ runsBehind: 0, fault: null }),
    ]);
  });

  test(
    'is begun anew only in an empty place, with the right words for the wrong ones',
    { timeout: 60_000 },
    async () => {
      const shop = await makeShop();
      const target = join(shop.disk, 'second');
      expect(await muster(['backup', '--all'], { cwd: shop.machine, env: shop.env })).toMatchObject({ exitCode: 0 });
      const taken = await muster(['init', '--from', target], { cwd: shop.machine });
      expect(taken).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('muster.yaml exists already') as string,
      });
      const cwd = await temporaryFolder();
      const refused = async (...args: readonly string[]) => {
        const { exitCode, stderr } = await muster(['init', ...args], { cwd });
        return `${exitCode} ${stderr.split(']')[0]}]`;
      };
      expect(await refused('--from', 'nowhere')).toBe('1 error[place-missing]');
      expect(await refused('--from', cwd)).toBe('1 error[vault-missing]');
      expect(await refused('--from', target, '--passphrase-env', 'OTHER')).toBe('1 error[secret-unavailable]');
      expect(await refused('--from', target, '--catalog', 'ffff')).toBe('1 error[no-sealed-plan]');
      expect(await refused('--from', target, '--template', 'sqlite')).toBe('2 error[usage]');
      expect(await refused('--passphrase-env', 'OTHER')).toBe('2 error[usage]');
      const wrong = await muster(['init', '--from', target], { cwd, env: { MUSTER_PASSPHRASE: 'wrong' } });
      expect(wrong.stderr).toContain('error[wrong-passphrase]');
      expect(await readdir(cwd)).toEqual([]);
    },
  );

  test(
    'with others that write to the same target, and with variables that are not set',
    { timeout: 60_000 },
    async () => {
      const disk = await temporaryFolder();
      const planOf = (name: string, folder: string) => `muster: 1
name: ${name}
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage: { shared: { type: local, path: ${join(disk, 'vault')} } }
systems: { web: { storage: { to: shared }, source: { type: files, paths: ["\${${folder}}"] } } }
`;
      for (const name of ['shop', 'office']) {
        const cwd = await folderWith({ 'muster.yaml': planOf(name, 'SITE'), 'web/page': name });
        const env = { SITE: join(cwd, 'web') };
        expect(await muster(['backup', 'web'], { cwd, env })).toMatchObject({
          exitCode: 0,
          stderr: expect.any(String) as string,
        });
      }
      const cwd = await temporaryFolder();
      const unclear = await muster(['init', '--from', join(disk, 'vault')], { cwd });
      expect(unclear.stderr).toContain('error[several-plans]');
      const [, id = ''] = /([0-9a-f]{16}) \(office on /.exec(unclear.stderr) ?? [];
      const begun = await muster(['init', '--from', join(disk, 'vault'), '--catalog', id.slice(0, 8)], { cwd });
      expect(begun).toMatchObject({ exitCode: 3 });
      expect(begun.stdout).toContain('the environment variable `SITE` is not set');
      expect(begun.stdout).toMatch(/Left alone: catalog [0-9a-f]{16} of the plan shop on /);
      expect(begun.stdout).toContain('2 backups found in shared');
      expect(await readFile(join(cwd, 'muster.yaml'), 'utf8')).toBe(planOf('office', 'SITE'));
      const { runs } = await musterJson<Runs>(['runs'], { cwd, env: { SITE: cwd } });
      expect(runs).toHaveLength(1);
    },
  );
});
