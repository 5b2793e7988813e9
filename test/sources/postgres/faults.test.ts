import { execFile, execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CaptureRoot } from '../../../src/base/capture.ts';
import type { PostgresSource } from '../../../src/plan/model/system.ts';
import { hasPostgres, isInArguments } from '../../servers/postgres.ts';
import { contentOf, makeShop, openPlace, passwordOf, type Place } from './place.ts';

const login = (user: string, password: string) => ({ login: { user, password: passwordOf(password) } });

describe.runIf(hasPostgres)('what goes wrong with postgres', () => {
  let place: Place;

  beforeAll(async () => {
    place = await openPlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());
  beforeEach(() => makeShop(place.server));

  const findings = async (parts: Partial<PostgresSource>) =>
    (await place.source.check(place.of({ databases: ['shop'], ...parts }))).map(({ severity, code, hint }) => ({
      severity,
      code,
      hint,
    }));

  test('a wrong password, a role and a database that are not there, a server that is not there', async () => {
    expect(await findings(login('postgres', 'wrong-password'))).toMatchObject([
      { severity: 'error', code: 'source-login-failed' },
    ]);
    expect(await findings(login('nobody', 'x'))).toMatchObject([{ code: 'source-login-failed' }]);
    expect(await findings({ databases: ['no-such'] })).toMatchObject([{ severity: 'error', code: 'source-missing' }]);
    const server = { host: '127.0.0.1', port: 1, sslmode: undefined, sslrootcert: undefined };
    expect(await findings({ server })).toMatchObject([{ severity: 'warning', code: 'source-unreachable' }]);
    await expect(place.trip.backUp(place.of(login('postgres', 'wrong-password')))).rejects.toMatchObject({
      code: 'source-login-failed',
      message: expect.not.stringContaining('wrong-password') as unknown,
    });
  });

  test('each grant that is missing comes with the statement that mends it', async () => {
    const { server } = place;
    server.query(
      `drop role if exists backup; create role backup login password 'backup-password'; grant connect on database shop to backup`,
    );
    server.query('alter table orders enable row level security', 'shop');
    const reader = login('backup', 'backup-password');
    const found = await findings(reader);
    expect(found).toEqual([
      {
        severity: 'error',
        code: 'missing-grant',
        hint: 'Set `rolePasswords: false`, or run as a superuser: ALTER ROLE "backup" SUPERUSER;',
      },
      { severity: 'error', code: 'missing-grant', hint: 'Run as a superuser: GRANT pg_read_all_data TO "backup";' },
      { severity: 'error', code: 'missing-grant', hint: 'Run as a superuser: ALTER ROLE "backup" BYPASSRLS;' },
    ]);
    const definition = place.of({ databases: ['shop'], ...reader, rolePasswords: false });
    await expect(place.trip.backUp(definition)).rejects.toMatchObject({ code: 'missing-grant' });
    const inTheWay = await place.source.checkRestore?.(definition, new AbortController().signal);
    expect(inTheWay).toMatchObject([{ severity: 'error', code: 'missing-grant' }]);
    for (const { hint } of found.slice(1)) server.query(hint.replace('Run as a superuser: ', ''));
    expect(await place.source.check(definition)).toEqual([]);
    const backup = await place.trip.backUp(definition);
    expect(backup.manifest.rows).toMatchObject({ 'shop.public.orders': 5000 });
    server.query('drop owned by backup', 'shop');
    server.query('drop owned by backup; drop role backup');
  });

  test('a client that is older than the server is refused, with the package that mends it', async () => {
    const binaries = await standIns('old', { pg_dump: 'echo "pg_dump (PostgreSQL) 14.11 (Debian 14.11-1)"' });
    const [finding] = await findings({ binaries });
    expect(finding).toMatchObject({
      code: 'client-too-old',
      hint: expect.stringMatching(/postgresql-client-\d+, and set: binaries: /) as unknown,
    });
    await expect(place.trip.backUp(place.of({ databases: ['shop'], binaries }))).rejects.toMatchObject({
      code: 'client-too-old',
    });
  });

  /** A folder of PostgreSQL's programs, some of which are scripts. */
  async function standIns(name: string, scripts: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(place.folder, name);
    await mkdir(folder);
    for (const program of ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore']) {
      const script = scripts[program] ?? `exec ${join(place.server.binaries, program)} "$@"`;
      await writeFile(join(folder, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    return folder;
  }

  /** Begins to read a dump of more than a pipe holds. */
  async function beginDump() {
    place.server.query(
      'insert into orders (item) select repeat(md5(i::text), 50) from generate_series(1, 30000) i',
      'shop',
    );
    const signal = new AbortController().signal;
    const { roots } = await place.source.capture(place.of({ databases: ['shop'] }), { scratch: place.folder, signal });
    const [root] = roots;
    const pieces = streamOf(root)[Symbol.asyncIterator]();
    await pieces.next();
    const rest = async (): Promise<void> => {
      for (;;) if ((await pieces.next()).done === true) return;
    };
    return { rest };
  }

  test('a dump that is killed half-way is no backup, and the password is in no argument meanwhile', async () => {
    const { rest } = await beginDump();
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args', '--no-headers']);
    const pid = /^\s*(\d+) .*pg_dump .*--snapshot/m.exec(stdout)?.[1];
    expect(isInArguments(place.server.password)).toBe(false);
    execFileSync('kill', ['-9', String(pid)]);
    await expect(rest()).rejects.toMatchObject({
      code: 'capture-failed',
      message: expect.stringContaining('SIGKILL') as unknown,
    });
  });

  test('a server that crashes in the middle is no backup; when it is back, the next one is good', async () => {
    const { rest } = await beginDump();
    await place.server.kill();
    await expect(rest()).rejects.toMatchObject({ name: 'MusterError' });
    await expect(place.trip.backUp(place.of())).rejects.toMatchObject({ code: 'source-unreachable' });
    await place.server.start();
    const backup = await place.trip.backUp(place.of({ databases: ['shop'] }));
    expect(backup.manifest.rows).toMatchObject({ 'shop.public.orders': 35_000 });
  });

  test('a restore refuses a database in use, and one that fails midway leaves the old as it was, and nothing else', async () => {
    const { server, trip } = place;
    const definition = place.of({ databases: ['shop'] });
    const backup = await trip.backUp(definition);
    server.query('delete from orders where id > 10', 'shop');
    const before = contentOf(server);
    const databases = () => server.query('select datname from pg_database order by 1');
    const all = databases();

    const using = execFile(join(server.binaries, 'psql'), [
      '-h',
      server.socket,
      '-p',
      String(server.port),
      '-U',
      'postgres',
      '-d',
      'shop',
    ]);
    using.stdin?.write('\\echo connected\n');
    await new Promise((resolve) => using.stdout?.once('data', resolve));
    const inTheWay = await place.source.checkRestore?.(definition, new AbortController().signal);
    expect(inTheWay).toMatchObject([{ severity: 'warning', code: 'source-in-use' }]);
    await expect(trip.restore(definition, backup)).rejects.toMatchObject({
      code: 'source-in-use',
      message: expect.stringContaining('psql') as unknown,
    });
    using.stdin?.end();
    await new Promise((resolve) => using.once('exit', resolve));

    // The disk of the server is full, or the backup ends: pg_restore sees its input end in the middle of a table.
    const torn = await standIns('torn', { pg_restore: `head -c 60000 | ${join(server.binaries, 'pg_restore')} "$@"` });
    const failing = trip.restore({ ...definition, binaries: torn }, backup);
    await expect(failing).rejects.toMatchObject({ code: 'restore-failed' });
    expect(contentOf(server)).toBe(before);
    expect(databases()).toBe(all);
    await trip.restore(definition, backup);
    expect(server.query('select count(*) from orders', 'shop')).toBe('5000');
    const aside = server.query(`select datname from pg_database where datname like 'shop.before%'`);
    server.query(`drop database "${aside}"`);
  });

  test.runIf(process.getuid?.() === 0)(
    'a disk that is full in the middle of a restore leaves the old database alone',
    async () => {
      const { server, trip } = place;
      const small = join(server.socket, '../small');
      await mkdir(small);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m,mode=0777', 'muster-small', small]);
      try {
        execFileSync('chown', ['postgres:', small]);
        server.query(`create tablespace small location '${small}'`);
        server.query('create database full_one tablespace small');
        server.query(
          'create table big as select md5(i::text) a, md5(i::text) b from generate_series(1, 220000) i',
          'full_one',
        );
        const definition = place.of({ databases: ['full_one'] });
        const backup = await trip.backUp(definition);
        const content = 'select count(*), sum(hashtext(a || b)) from big';
        const before = server.query(content, 'full_one');
        await expect(trip.restore(definition, backup)).rejects.toMatchObject({
          code: 'restore-failed',
          message: expect.stringContaining('No space left on device') as unknown,
          // A server without any room can't drop a database either: then the statement is told.
          hint: expect.stringMatching(/databases that were there are as they were/) as unknown,
        });
        expect(server.query(content, 'full_one')).toBe(before);
      } finally {
        execFileSync('umount', ['--lazy', small]);
      }
    },
  );
});

function streamOf(root: CaptureRoot | undefined): AsyncIterable<Uint8Array> {
  if (root?.kind !== 'stream') throw new Error('no stream');
  return root.read();
}
