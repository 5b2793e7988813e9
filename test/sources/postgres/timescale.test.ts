import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPostgres } from '../../servers/postgres.ts';
import { openPlace } from './place.ts';

/* A stand-in: an extension of the same name that only writes down when it is called. TimescaleDB itself is not tested. */

const script = `create table timescale_calls (at serial, what text);
create function timescaledb_pre_restore() returns bool language plpgsql as $$ begin
  create table public.pre as select count(*) from pg_tables where tablename = 'orders'; return true; end $$;
create function timescaledb_post_restore() returns bool language plpgsql as $$ begin
  create table public.post as select count(*) from orders; return true; end $$;
`;

describe.runIf(hasPostgres && process.getuid?.() === 0)('TimescaleDB', () => {
  test('is told before its tables are loaded, and after', async () => {
    await using place = await openPlace();
    const { server, trip } = place;
    const share = execFileSync(join(server.binaries, 'pg_config'), ['--sharedir'], { encoding: 'utf8' }).trim();
    const files = {
      [join(share, 'extension/timescaledb.control')]: `default_version = '1.0'\nrelocatable = false\nschema = public\n`,
      [join(share, 'extension/timescaledb--1.0.sql')]: script,
    };
    if (Object.keys(files).some(existsSync)) throw new Error('a TimescaleDB is installed: this test would replace it');
    try {
      for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
      server.query('create database shop');
      server.query('create extension timescaledb; create table orders as select generate_series(1, 42) id', 'shop');
      const definition = place.of({ databases: ['shop'] });
      const backup = await trip.backUp(definition);
      expect(backup.manifest.rows).toEqual({ 'shop.public.orders': 42 });
      const { checks } = await trip.restore(definition, backup);
      expect(checks).toMatchObject([{ name: 'rows', passed: true }]);
      expect(server.query('select pre.count, post.count from pre, post', 'shop')).toBe('0|42');
    } finally {
      for (const path of Object.keys(files)) rmSync(path, { force: true });
    }
  });
});
