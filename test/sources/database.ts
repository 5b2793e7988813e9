import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { SqliteSource } from '../../src/plan/model/system.ts';

export const at = { file: '/plan/muster.yaml', line: 1, column: 1 };

export function makeDatabase(path: string, journal = 'wal'): SqliteSource {
  using database = new DatabaseSync(path);
  database.exec(`pragma journal_mode = ${journal}`);
  database.exec('create table orders (id integer primary key, item text); create index by_item on orders (item)');
  database.exec('create table ledger (amount integer); create table "odd "" name" (x)');
  const insert = database.prepare('insert into orders (item) values (?)');
  database.exec('begin');
  for (let count = 0; count < 1000; count += 1) insert.run(`item ${count}`);
  database.exec('commit');
  return { type: 'sqlite', at, path };
}

export function rowsOf(path: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare('select * from orders').all();
}

export function query(path: string, sql: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return Object.values(database.prepare(sql).get() ?? {})[0];
}

export function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

export async function faultOf(action: Promise<unknown>): Promise<Error> {
  const fault = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toMatchObject({ name: 'MusterError' });
  return fault as Error;
}

export function damage(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 2 * 4096, 5 * 4096);
  writeFileSync(file, bytes);
}
