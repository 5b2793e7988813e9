import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasPostgres } from '../../servers/postgres.ts';
import { contentOf, makeShop, openPlace, passwordOf, type Place } from './place.ts';

describe.runIf(hasPostgres)('the source postgres', () => {
  let place: Place;

  beforeAll(async () => {
    place = await openPlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());
  beforeEach(() => makeShop(place.server));
  afterEach(() => {
    for (const name of leftovers()) place.server.query(`drop database "${name.replaceAll('"', '""')}"`);
  });

  const databases = (): readonly string[] =>
    place.server.query('select datname from pg_database where not datistemplate order by 1').split('\n');
  const leftovers = (): readonly string[] =>
    databases().filter((name) => /\.(?:before|restoring)|muster-trial/.test(name));

  test('a sound server gives no finding', async () => {
    expect(await place.source.check(place.of())).toEqual([]);
  });

  test.each(['custom', 'plain'] as const)('a destroyed database comes back in place, format %s', async (format) => {
    const { server, trip } = place;
    const definition = place.of({ databases: ['shop'], format });
    const before = contentOf(server);
    const backup = await trip.backUp(definition);
    expect(backup).toMatchObject({ faults: [], manifest: { rows: { 'shop.public.orders': 5000 } } });
    server.query('drop database shop; drop role "Shop Owner"'.split(';').join(';\n'));
    const result = await trip.restore(definition, backup);
    expect(contentOf(server)).toBe(before);
    expect(result).toMatchObject({ files: 1, missing: [], recoveredTo: 'in place' });
    expect(result.checks).toContainEqual({ name: 'rows', passed: true, detail: 'shop.public.orders 5000 = 5000' });
    expect(result.checks).toContainEqual({ name: 'roles', passed: true, detail: 'made Shop Owner' });
    expect(leftovers()).toEqual([]);
  });

  test('a changed database is replaced, and kept under another name', async () => {
    const { server, trip } = place;
    const definition = place.of({ databases: ['shop'] });
    const before = contentOf(server);
    const backup = await trip.backUp(definition);
    server.query(`delete from orders; insert into orders (item) values ('after')`, 'shop');
    const clock = { now: () => Date.UTC(2026, 10, 20, 10, 15) };
    await trip.restore(definition, backup, { clock: { ...clock } as never });
    expect(contentOf(server)).toBe(before);
    expect(leftovers()).toEqual(['shop.before-restore-20261120T101500Z']);
    expect(server.query('select item from orders', 'shop.before-restore-20261120T101500Z')).toBe('after');
  });

  test('by several connections', async () => {
    const { server, trip } = place;
    const definition = place.of({ databases: ['shop'], jobs: 3 });
    const before = contentOf(server);
    await trip.restore(definition, await trip.backUp(definition));
    expect(contentOf(server)).toBe(before);
  });

  test('all databases, also one with a hostile name, and only the one that is asked for comes back', async () => {
    const { server, trip } = place;
    const hostile = `it's "new"; $(rm) \`x\` %41 ?x=1#y / \\ ünï`;
    makeShop(server, hostile);
    try {
      const backup = await trip.backUp(place.of());
      const before = contentOf(server, hostile);
      for (const name of ['shop', hostile]) server.query('delete from orders', name);
      await trip.restore(place.of(), backup, { paths: ['*it*new*'] });
      expect(contentOf(server, hostile)).toBe(before);
      expect(server.query('select count(*) from orders', 'shop')).toBe('0');
    } finally {
      server.query(`drop database "${hostile.replaceAll('"', '""')}"`);
    }
  });

  test('to a folder come the dumps, the roles and the manifest', async () => {
    const { trip, server } = place;
    const definition = place.of({ databases: ['shop'], format: 'plain' });
    const backup = await trip.backUp(definition);
    const folder = { kind: 'folder', path: join(place.folder, 'dumps') } as const;
    expect(await trip.restore(definition, backup, { place: folder })).toMatchObject({ files: 3, checks: [] });
    expect(readFileSync(join(folder.path, 'postgres/globals.sql'), 'utf8')).toContain('CREATE ROLE "Shop Owner";');
    expect(readFileSync(join(folder.path, 'postgres/globals.sql'), 'utf8')).toContain('SCRAM-SHA-256');
    const dump = readFileSync(join(folder.path, 'postgres/databases/shop.sql'), 'utf8');
    server.query('create database again');
    server.query(dump, 'again');
    expect(server.query('select count(*) from orders', 'again')).toBe('5000');
    server.query('drop database again');
  });

  test('a trial loads it into a database of its own, and drops only that one', async () => {
    const { trip } = place;
    const definition = place.of({ databases: ['shop'] });
    const backup = await trip.backUp(definition);
    const before = databases();
    const folder = { kind: 'folder', path: join(place.folder, 'trial'), purpose: 'trial' } as const;
    const { checks } = await trip.restore(definition, backup, { place: folder });
    expect(checks).toMatchObject([
      { name: 'loaded', passed: true },
      ...Array.from({ length: 3 }, () => ({ name: 'rows', passed: true })),
    ]);
    expect(databases()).toEqual(before);
  });

  test('parts are dumped as asked, never take the place of the whole, and load from a folder', async () => {
    const { trip } = place;
    const definition = place.of({ databases: ['shop'], tables: ['public.*'], exclude: ['public.events*'] });
    const backup = await trip.backUp(definition);
    expect(backup.manifest.rows).toEqual({ 'shop.public.orders': 5000 });
    await expect(trip.restore(definition, backup)).rejects.toMatchObject({ code: 'partial-backup' });
    const folder = { kind: 'folder', path: join(place.folder, 'parts'), purpose: 'trial' } as const;
    const { checks } = await trip.restore(definition, backup, { place: folder });
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual([
      ['loaded', true],
      ['rows', true],
    ]);
    for (const parts of [{ tables: ['public.no_such'] }, { schemas: ['no_such'] }])
      await expect(trip.backUp(place.of({ databases: ['shop'], ...parts }))).rejects.toMatchObject({
        code: 'nothing-matched',
      });
    const odd = await trip.backUp(place.of({ databases: ['shop'], schemas: ['Odd*'] }));
    expect(odd.manifest.rows).toEqual({ [`shop.Odd Schema.it's; \\ "quoted"`]: 2 });
  });

  test('single tables come back into a database beside, with all that is theirs, and nothing else is touched', async () => {
    const { trip, server } = place;
    server.query(
      `create type public.state as enum ('new', 'paid');
       create table public."two words" (id int generated always as identity primary key, state public.state default 'new', item bigint references public.orders (id));
       insert into public."two words" (item) values (1), (2);
       create function public.touch() returns trigger language plpgsql as 'begin return new; end';
       create trigger touched before update on public."two words" for each row execute function public.touch()`,
      'shop',
    );
    const definition = place.of({ databases: ['shop'] });
    const backup = await trip.backUp(definition);
    server.query('delete from "two words"; delete from orders', 'shop');
    const wish = { clock: { now: () => Date.UTC(2026, 10, 20, 10, 15) } as never };
    const result = await trip.restore(definition, backup, { ...wish, paths: ['public.orders', 'shop/public.two*'] });
    const beside = 'shop.restored-20261120T101500Z';
    expect(result).toMatchObject({ files: 1, missing: [], recoveredTo: `database ${beside}` });
    expect(result.checks.map(({ passed, detail }) => [passed, detail])).toEqual([
      [true, 'shop.public.orders 5000 = 5000'],
      [true, 'shop.public.two words 2 = 2'],
    ]);
    const tables = `select string_agg(relname, ',' order by relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r','p','S','i','v','m')`;
    expect(server.query(tables, beside)).toBe(
      'orders,orders_id_seq,orders_item_idx,orders_pkey,two words,two words_id_seq,two words_pkey',
    );
    server.query(`insert into public.orders (item) values ('next')`, beside);
    expect(server.query('select max(id) from public.orders', beside)).toBe('5001');
    expect(server.query(`select count(*) from pg_trigger where not tgisinternal`, beside)).toBe('1');
    expect(server.query(`select count(*) from pg_constraint where contype = 'f'`, beside)).toBe('1');
    expect(server.query('select count(*) from orders', 'shop')).toBe('0');
    for (const paths of [['public.no_such'], ['public.orders', 'public.no_such'], ['*.dump', 'public.orders']])
      await expect(trip.restore(definition, backup, { paths })).rejects.toMatchObject({ code: 'nothing-matched' });
    server.query(`drop database "${beside}"`);
    await trip.restore(definition, backup, { ...wish, paths: ['public.events*'] });
    expect(server.query('select count(*) from events_2026', beside)).toBe('100');
    server.query(`drop database "${beside}"`);
  });

  test('what stands in the way of a restore stops it before anything is done', async () => {
    const { trip, server } = place;
    const definition = place.of({ databases: ['shop'] });
    const backup = await trip.backUp(definition);
    server.query('delete from orders', 'shop');
    const refused = async (wish: object, code: string) => {
      await expect(trip.restore(definition, backup, wish)).rejects.toMatchObject({ code });
      expect(server.query('select count(*) from orders', 'shop')).toBe('0');
      expect(leftovers()).toEqual([]);
    };
    await refused({ overwrite: 'never' }, 'would-overwrite');
    await refused({ paths: ['no-such-name'] }, 'nothing-matched');
    await expect(trip.restore({ ...definition, binaries: '/no/such' }, backup)).rejects.toMatchObject({
      code: 'command-missing',
    });
    const wrong = { user: 'postgres', password: passwordOf('wrong-password') };
    await expect(trip.restore({ ...definition, login: wrong }, backup)).rejects.toMatchObject({
      code: 'source-login-failed',
    });
  });
});
