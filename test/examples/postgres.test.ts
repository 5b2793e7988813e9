import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { muster, musterJson, repository, temporaryFolder } from '../e2e/muster.ts';
import { hasPostgres, isInArguments, startPostgres, type PostgresServer } from '../servers/postgres.ts';

const plan = join(repository, 'examples/postgres/muster.yaml');
const secrets = { BACKUP_DB_PASSWORD: 'backup-password-of-test', POSTGRES_PASSWORD: 'sUper-secret-of-postgres' };

describe.runIf(hasPostgres)('examples/postgres', () => {
  test('a database under load is backed up, lost, and comes back exactly', { timeout: 120_000 }, async () => {
    await using server = await startPostgres();
    makeBench(server);
    const cwd = await temporaryFolder();
    const env = { ...secrets, BACKUPS: cwd, DB_HOST: '127.0.0.1', DB_PORT: String(server.port) };
    const args = ['--plan', plan, '--state', join(cwd, 'state')];
    const call = { cwd, env };

    const wrong = { ...env, BACKUP_DB_PASSWORD: 'another-password' };
    const refused = await muster(['backup', 'shop', ...args], { cwd, env: wrong });
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout + refused.stderr).toContain('does not let backup in');

    const load = startLoad(server);
    let seen = false;
    const watching = setInterval(() => (seen ||= Object.values(secrets).some(isInArguments)), 20);
    const backup = await muster(['backup', '--all', ...args], call);
    clearInterval(watching);
    load.kill('SIGTERM');
    await once(load, 'exit');
    expect(backup).toMatchObject({ exitCode: 0 });
    expect(seen).toBe(false);

    // What was written after the snapshot is what pgbench wrote later: its history tells which.
    const [shop] = (await musterJson<{ backups: Backup[] }>(['backups', 'shop', ...args], call)).backups;
    const rows = shop?.manifest.rows['shop.public.pgbench_history'] ?? -1;
    expect(rows).toBeGreaterThan(0);
    const accounts = sum(server, 'pgbench_accounts', 'abalance');
    expect(sum(server, 'pgbench_history', 'delta')).toBe(accounts);
    server.query('drop database shop');

    const restored = await muster(['restore', 'shop', '--in-place', '--yes', ...args], call);
    expect(restored).toMatchObject({ exitCode: 0 });
    // A snapshot in the middle of a transaction would break this: each one adds the same amount in all tables.
    const total = sum(server, 'pgbench_history', 'delta');
    for (const [table, column] of [
      ['pgbench_accounts', 'abalance'],
      ['pgbench_tellers', 'tbalance'],
      ['pgbench_branches', 'bbalance'],
    ] as const)
      expect(sum(server, table, column)).toBe(total);
    expect(Number(server.query('select count(*) from pgbench_history', 'shop'))).toBe(rows);

    const verified = await muster(['verify', '--level', 'forensic', ...args], call);
    expect(verified).toMatchObject({ exitCode: 0 });
    const stored = await muster(['restore', 'settings', '--to', join(cwd, 'out'), ...args], call);
    expect(stored).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(cwd, 'out/settings.csv'), 'utf8')).toMatch(/^name,setting\n[^]*the end\n$/);

    for (const name of readdirSync(join(cwd, 'state'), { recursive: true, encoding: 'utf8' }))
      expectNoSecret(join(cwd, 'state', name));
    for (const { stdout, stderr } of [backup, restored, verified, stored]) expectClean(stdout + stderr);
  });
});

interface Backup {
  readonly manifest: { readonly rows: Readonly<Record<string, number>> };
}

function makeBench(server: PostgresServer): void {
  server.query(`create role backup login password '${secrets.BACKUP_DB_PASSWORD}'; grant pg_read_all_data to backup;`);
  server.query('create database shop');
  server.query(
    `create table pgbench_branches (bid int primary key, bbalance int default 0);
     create table pgbench_tellers (tid int primary key, bid int, tbalance int default 0);
     create table pgbench_accounts (aid int primary key, bid int, abalance int default 0, filler char(84) default '');
     create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
     insert into pgbench_branches select i from generate_series(1, 1) i;
     insert into pgbench_tellers select i, 1 from generate_series(1, 10) i;
     insert into pgbench_accounts select i, 1 from generate_series(1, 100000) i`,
    'shop',
  );
}

/** Writes with two connections until it is ended. */
function startLoad({ binaries, socket, port }: PostgresServer) {
  const place = ['-h', socket, '-p', String(port), '-U', 'postgres'];
  return spawn(join(binaries, 'pgbench'), ['-n', '-c', '2', '-T', '600', ...place, 'shop'], { stdio: 'ignore' });
}

function sum(server: PostgresServer, table: string, column: string): string {
  return server.query(`select coalesce(sum(${column}), 0) from ${table}`, 'shop');
}

function expectNoSecret(path: string): void {
  try {
    expectClean(readFileSync(path, 'latin1'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
  }
}

function expectClean(text: string): void {
  for (const secret of Object.values(secrets)) expect(text.includes(secret)).toBe(false);
}
