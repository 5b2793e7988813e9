import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SqliteSource } from '../../src/plan/model/system.ts';
import { createSqliteSource } from '../../src/sources/sqlite.ts';
import { describeSource } from '../conformance/source.ts';
import { damage, execute, faultOf, makeDatabase, query, rowsOf } from './database.ts';
import { startRoundTrip, type RoundTrip } from './round-trip.ts';
import { startProgram, type DatabaseProgram } from './sqlite-program.ts';

const source = createSqliteSource();

describeSource('sqlite', {
  source,
  make: async (folder) => {
    mkdirSync(folder, { recursive: true });
    return makeDatabase(join(folder, 'orders.db'));
  },
  read: async ({ path }, root = '') => rowsOf(root + path),
  change: async ({ path }) =>
    execute(path, "delete from orders where id % 2; insert into orders (item) values ('new')"),
  destroy: async ({ path }) => {
    for (const name of readdirSync(dirname(path))) rmSync(join(dirname(path), name));
  },
  pattern: '*.db',
});

describe('sqlite', () => {
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

  describe('restore in place', () => {
    test('says what it found of integrity and rows', async () => {
      const definition = makeDatabase(here('orders.db'));
      const { checks } = await trip.restore(definition, await trip.backUp(definition));
      expect(checks).toEqual([
        { name: 'integrity', passed: true, detail: 'integrity_check: ok' },
        { name: 'rows', passed: true, detail: 'ledger 0 = 0' },
        { name: 'rows', passed: true, detail: 'odd " name 0 = 0' },
        { name: 'rows', passed: true, detail: 'orders 1000 = 1000' },
      ]);
    });

    test('moves the old database aside with its log, so that neither is lost or applied to the new one', async () => {
      const definition = makeDatabase(here('orders.db'));
      const backup = await trip.backUp(definition);
      program = await startProgram(definition.path);
      await program.tell("insert into orders (item) values ('only in the log')");
      await program.end();
      chmodSync(definition.path, 0o600);
      await trip.restore(definition, backup);
      expect(query(definition.path, 'select count(*) from orders')).toBe(1000);
      expect((statSync(definition.path).mode & 0o777).toString(8)).toBe('600');
      const aside = readdirSync(trip.data).find((name) => /^orders\.db\.before-restore-\d{8}T\d{6}Z$/.test(name));
      expect(query(here(aside ?? ''), 'select count(*) from orders')).toBe(1001);
      expect(readdirSync(trip.data).filter((name) => name.startsWith('.muster'))).toEqual([]);
    });

    test('keeps each old database when it is done twice in a second', async () => {
      const definition = makeDatabase(here('orders.db'));
      const backup = await trip.backUp(definition);
      const clock = { now: () => Date.UTC(2026, 10, 20, 10, 15), sleep: async () => {} };
      await trip.restore(definition, backup, { clock });
      await trip.restore(definition, backup, { clock });
      const names = readdirSync(trip.data).filter((name) => !/-(wal|shm)$/.test(name));
      const aside = 'orders.db.before-restore-20261120T101500Z';
      expect(names.sort()).toEqual(['orders.db', aside, `${aside}-2`]);
    });

    test('is refused while a program has the database open', async () => {
      const definition = makeDatabase(here('orders.db'));
      const backup = await trip.backUp(definition);
      program = await startProgram(definition.path);
      const fault = await faultOf(trip.restore(definition, backup));
      expect(fault).toMatchObject({ code: 'source-in-use' });
      expect(fault.message).toContain(String(program.pid));
      expect(readdirSync(trip.data).filter((name) => name.includes('restore'))).toEqual([]);
    });

    test('is undone when the new database cannot take its place', async () => {
      const definition = makeDatabase(here('orders.db'));
      const backup = await trip.backUp(definition);
      program = await startProgram(definition.path);
      await program.tell("insert into orders (item) values ('only in the log')");
      await program.end();
      const before = readdirSync(trip.data).sort();
      // Behind the back of the restore, after its last check: what it is about to move in is gone.
      const clock = { now: removeStaged, sleep: async () => {} };
      const fault = await faultOf(trip.restore(definition, backup, { clock }));
      expect(fault).toMatchObject({ code: 'restore-failed' });
      expect(readdirSync(trip.data).sort()).toEqual(before);
      expect(query(definition.path, 'select count(*) from orders')).toBe(1001);

      function removeStaged(): number {
        for (const name of readdirSync(trip.data).filter((each) => each.startsWith('.muster-restore-')))
          rmSync(join(trip.data, name), { recursive: true });
        return Date.now();
      }
    });

    test('takes away a log that was left without its database', async () => {
      const definition = makeDatabase(here('orders.db'));
      const backup = await trip.backUp(definition);
      program = await startProgram(definition.path);
      await program.tell("insert into orders (item) values ('only in the log')");
      await program.end();
      rmSync(definition.path);
      await trip.restore(definition, backup);
      expect(query(definition.path, 'select count(*) from orders')).toBe(1000);
    });

    test('makes the folder again as it was', async () => {
      mkdirSync(here('app'), { mode: 0o700 });
      mkdirSync(here('app/data'), { mode: 0o750 });
      const definition = makeDatabase(here('app/data/orders.db'));
      const backup = await trip.backUp(definition);
      rmSync(here('app'), { recursive: true });
      await trip.restore(definition, backup);
      expect((statSync(here('app')).mode & 0o777).toString(8)).toBe('700');
      expect((statSync(here('app/data')).mode & 0o777).toString(8)).toBe('750');
      expect(readdirSync(here('app/data'))).toEqual(['orders.db']);
    });

    test('keeps a symbolic link and replaces what it points to', async () => {
      mkdirSync(here('real'));
      const real = makeDatabase(here('real/orders.db'));
      symlinkSync(real.path, here('orders.db'));
      const definition = { ...real, path: here('orders.db') };
      const backup = await trip.backUp(definition);
      execute(real.path, 'delete from orders');
      await trip.restore(definition, backup);
      expect(query(real.path, 'select count(*) from orders')).toBe(1000);
      expect(readdirSync(here('real')).some((name) => name.includes('before-restore'))).toBe(true);
    });

    test.each([
      ['other rows', (file: string) => execute(file, 'delete from orders where id < 10'), 'orders 991 ≠ 1000'],
      ['damage', (file: string) => damage(file), 'integrity'],
    ])('of a copy with %s leaves the old database where it is', async (_, spoil, reason) => {
      const definition = makeDatabase(here('orders.db'), 'delete');
      const backup = await trip.backUp(definition);
      const before = readFileSync(definition.path);
      const fetch = async ({ target }: { readonly target: string }) => {
        mkdirSync(dirname(target + definition.path), { recursive: true });
        copyFileSync(definition.path, target + definition.path);
        spoil(target + definition.path);
        return { files: 1, bytes: 1, missing: [] };
      };
      const fault = await faultOf(trip.restore(definition, backup, { fetch }));
      expect(fault).toMatchObject({ code: 'restore-damaged' });
      expect(fault.message).toContain(reason);
      expect(readFileSync(definition.path).equals(before)).toBe(true);
      expect(readdirSync(trip.data)).toEqual([basename(definition.path)]);
    });

    test('of a copy that does not come whole leaves the old database where it is', async () => {
      const definition = makeDatabase(here('orders.db'), 'delete');
      const backup = await trip.backUp(definition);
      const missing = [{ path: definition.path, detail: 'damaged: a blob is missing' }];
      const fetch = async () => ({ files: 0, bytes: 0, missing });
      const fault = await faultOf(trip.restore(definition, backup, { fetch }));
      expect(fault).toMatchObject({ code: 'restore-incomplete' });
      expect(fault.message).toContain('a blob is missing');
      expect(readdirSync(trip.data)).toEqual(['orders.db']);
    });
  });

  test('a restore to a folder tells the file and its checks', async () => {
    const definition = makeDatabase(here('orders.db'));
    const backup = await trip.backUp(definition);
    const result = await trip.restore(definition, backup, { place: { kind: 'folder', path: trip.elsewhere } });
    expect(result.recoveredTo).toBe(trip.elsewhere + definition.path);
    expect(result.checks.every(({ passed }) => passed)).toBe(true);
    expect(readdirSync(dirname(result.recoveredTo))).toEqual(['orders.db']);
  });
});
