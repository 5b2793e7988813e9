import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SqliteSource } from '../../src/plan/model/system.ts';
import { createSqliteSource } from '../../src/sources/sqlite.ts';
import { at, damage, execute, faultOf, makeDatabase, query } from './database.ts';
import { startRoundTrip, type RoundTrip } from './round-trip.ts';
import { startProgram, type DatabaseProgram } from './sqlite-program.ts';

const source = createSqliteSource();
const impatient = createSqliteSource({ patience: 300 });
const never = new AbortController().signal;

describe('a capture of a database', () => {
  let trip: RoundTrip<SqliteSource>;
  let program: DatabaseProgram | undefined;

  beforeEach(async () => {
    trip = await startRoundTrip(source);
  });
  afterEach(async () => {
    await program?.end();
    program = undefined;
    await trip.end();
  });

  function here(name: string): string {
    return join(trip.data, name);
  }

  test.each(['wal', 'delete', 'truncate'])('of one moment, while another program writes (%s)', async (journal) => {
    const definition = makeDatabase(here('orders.db'), journal);
    program = await startProgram(definition.path);
    await program.tell('run');
    const before = Number(await program.tell('count'));
    const backup = await trip.backUp(definition);
    const after = Number(await program.tell('count'));
    await program.end();
    rmSync(definition.path);
    const { checks } = await trip.restore(definition, backup);
    expect(checks.every(({ passed }) => passed)).toBe(true);
    expect(query(definition.path, 'select sum(amount) from ledger')).toBe(0);
    const rows = Number(query(definition.path, 'select count(*) from ledger')) / 2;
    expect(rows).toBeGreaterThanOrEqual(before);
    expect(rows).toBeLessThanOrEqual(after + 1);
    expect(query(definition.path, 'select count(*) from orders')).toBe(1000 + rows);
  });

  test('with what is only in the log of a program that was killed', async () => {
    const definition = makeDatabase(here('orders.db'));
    program = await startProgram(definition.path);
    await program.tell("insert into orders (item) values ('only in the log')");
    await program.end();
    expect(statSync(`${definition.path}-wal`).size).toBeGreaterThan(0);
    const { manifest } = await trip.backUp(definition);
    expect(manifest.rows).toEqual({ orders: 1001, ledger: 0, 'odd " name': 0 });
  });

  test('changes nothing in the database', async () => {
    const definition = makeDatabase(here('orders.db'), 'delete');
    const before = readFileSync(definition.path);
    await trip.backUp(definition);
    expect(readFileSync(definition.path).equals(before)).toBe(true);
    expect(readdirSync(trip.data)).toEqual(['orders.db']);
  });

  test('keeps the mode of the file', async () => {
    const definition = makeDatabase(here('orders.db'));
    chmodSync(definition.path, 0o640);
    const backup = await trip.backUp(definition);
    rmSync(definition.path);
    await trip.restore(definition, backup);
    expect((statSync(definition.path).mode & 0o777).toString(8)).toBe('640');
  });

  test('waits for a program that holds the database for itself, but not for ever', async () => {
    const definition = makeDatabase(here('orders.db'), 'delete');
    program = await startProgram(definition.path);
    await program.tell('begin exclusive');
    const capture = impatient.capture(definition, { scratch: trip.data, signal: never });
    expect(await faultOf(capture)).toMatchObject({ code: 'source-locked', retryable: true });
    expect(await source.check(definition)).toMatchObject([{ severity: 'warning', code: 'source-locked' }]);
    await program.tell('rollback');
    expect((await trip.backUp(definition)).manifest.rows).toMatchObject({ orders: 1000 });
  });

  test('of a database that a program left in the middle of a write is refused, not mended', async () => {
    const definition = makeDatabase(here('orders.db'), 'delete');
    program = await startProgram(definition.path);
    await program.tell('pragma cache_size = 1');
    await program.tell('begin; update orders set item = item || hex(randomblob(500))');
    copyFileSync(definition.path, here('hot.db'));
    copyFileSync(`${definition.path}-journal`, here('hot.db-journal'));
    const hot = { ...definition, path: here('hot.db') };
    expect(await faultOf(trip.backUp(hot))).toMatchObject({ code: 'source-needs-recovery' });
    expect(existsSync(here('hot.db-journal'))).toBe(true);
  });

  test('of a damaged database is refused', async () => {
    const definition = makeDatabase(here('orders.db'), 'delete');
    damage(definition.path);
    expect(await faultOf(trip.backUp(definition))).toMatchObject({ code: 'source-damaged' });
  });

  test.each([
    ['an empty file', 'source-empty', (path: string) => writeFileSync(path, '')],
    ['a text', 'source-not-a-database', (path: string) => writeFileSync(path, 'hello '.repeat(1000))],
    ['an encrypted database', 'source-not-a-database', (path: string) => writeFileSync(path, randomBytes())],
    ['a folder', 'source-not-a-database', (path: string) => mkdirSync(path)],
    ['a database without tables', 'source-empty', (path: string) => execute(path, 'pragma user_version = 3')],
    ['a database that was cut off', 'source-damaged', (path: string) => truncateSync(makeDatabase(path).path, 9000)],
  ])('of %s is refused: %s', async (_, code, make) => {
    make(here('orders.db'));
    const definition: SqliteSource = { type: 'sqlite', at, path: here('orders.db') };
    expect(await faultOf(trip.backUp(definition))).toMatchObject({ code });
  });

  test('of a database with collations of its own program is made, and not claimed to be checked', async () => {
    makeWithOwnCollation(here('own.db'));
    const definition: SqliteSource = { type: 'sqlite', at, path: here('own.db') };
    const backup = await trip.backUp(definition);
    expect(backup.manifest.rows).toEqual({ plain: 1, t: 1 });
    const { checks } = await trip.restore(definition, backup);
    expect(checks[0]).toMatchObject({ name: 'integrity', passed: false });
    expect(checks[0]?.detail).toContain('not checked');
  });

  test('ends when it is cancelled', async () => {
    const definition = makeDatabase(here('orders.db'));
    const scratch = here('scratch');
    mkdirSync(scratch);
    const cancelled = source.capture(definition, { scratch, signal: AbortSignal.abort(new Error('enough')) });
    await expect(cancelled).rejects.toThrow('enough');
  });
});

function randomBytes(): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(8192)));
}

/** As a program does that brings its own collation: only it can read the index. */
function makeWithOwnCollation(path: string): void {
  execute(path, 'create table plain (x); insert into plain values (1); create table t (a text)');
  execute(path, `insert into t values ('x')`);
  using database = new DatabaseSync(path, { defensive: false });
  database.exec('pragma writable_schema = on');
  database.exec("update sqlite_schema set sql = 'create table t (a text collate own)' where name = 't'");
  database.exec(
    "insert into sqlite_schema select 'index', 'by_a', 't', rootpage, 'create index by_a on t (a)' from sqlite_schema where name = 'plain'",
  );
}
