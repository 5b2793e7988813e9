import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../../../src/base/secret.ts';
import type { PostgresSource } from '../../../src/plan/model/system.ts';
import { createPostgresSource } from '../../../src/sources/postgres.ts';
import type { Source } from '../../../src/sources/source.ts';
import { startPostgres, type PostgresServer } from '../../servers/postgres.ts';
import { startRoundTrip, type RoundTrip } from '../round-trip.ts';

/** A server, a source, and a vault beside it. */
export interface Place extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly source: Source<PostgresSource>;
  readonly trip: RoundTrip<PostgresSource>;
  readonly folder: string;
  of(parts?: Partial<PostgresSource>): PostgresSource;
}

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };

/** A plan names a variable; here it is the secret itself. */
const resolveSecret = async (secret: Secret): Promise<string> => (secret.from === 'env' ? secret.variable : '');

export function passwordOf(value: string): Secret {
  return { from: 'env', variable: value };
}

export async function openPlace(settings: readonly string[] = []): Promise<Place> {
  const server = await startPostgres(settings);
  const folder = await mkdtemp(join(tmpdir(), 'muster-postgres-'));
  const source = createPostgresSource({ folder, resolveSecret });
  const trip = await startRoundTrip(source);
  return {
    server,
    source,
    trip,
    folder,
    of: (parts = {}) => ({
      type: 'postgres',
      at,
      method: 'logical',
      server: { host: '127.0.0.1', port: server.port, sslmode: undefined, sslrootcert: undefined },
      login: { user: 'postgres', password: passwordOf(server.password) },
      restoreLogin: undefined,
      databases: undefined,
      format: 'custom',
      schemas: [],
      tables: [],
      exclude: [],
      rolePasswords: true,
      jobs: 1,
      binaries: server.binaries,
      ...parts,
    }),
    async [Symbol.asyncDispose]() {
      await trip.end();
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Makes the database again, with what is hard about databases in it. */
export function makeShop(server: PostgresServer, name = 'shop'): void {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  server.query(`drop database if exists ${quoted}`);
  server.query(`do $$ begin create role "Shop Owner"; exception when duplicate_object then null; end $$`);
  server.query(`create database ${quoted} owner "Shop Owner"`);
  server.query(`alter database ${quoted} set search_path to public, "Odd Schema"`);
  server.query(`alter database ${quoted} set work_mem to '7MB'`);
  server.query(`comment on database ${quoted} is 'the shop''s'`);
  server.query(`revoke connect on database ${quoted} from public`);
  server.query(
    `create schema "Odd Schema";
     create table orders (id bigserial primary key, item text not null, at timestamptz default now());
     create index on orders (item);
     insert into orders (item) select md5(i::text) from generate_series(1, 5000) i;
     create table "Odd Schema"."it's; \\ ""quoted""" (data bytea, note text);
     insert into "Odd Schema"."it's; \\ ""quoted""" values ('\\xdeadbeef', E'a\\tb\\nc\\\\'), (null, null);
     create table events (at date not null, what text) partition by range (at);
     create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
     insert into events select date '2026-01-01' + i, 'e' || i from generate_series(0, 99) i;
     create view recent as select * from orders where id > 4990;
     create materialized view totals as select count(*) from orders;
     create function double(i int) returns int language sql as 'select 2 * i';
     alter table orders owner to "Shop Owner"`,
    name,
  );
}

/** Checksums of the content of every table, and the definitions of everything else that matters. */
export function contentOf(server: PostgresServer, name = 'shop'): string {
  const tables = server.query(
    `select format('%I.%I', schemaname, tablename) from pg_tables where schemaname !~ '^pg_|^information_schema' order by 1`,
    name,
  );
  const sums = tables
    .split('\n')
    .filter((table) => table !== '')
    .map(
      (table) =>
        `select '${table.replaceAll("'", "''")}', count(*), md5(string_agg(t::text, '|' order by t::text)) from ${table} t;`,
    );
  return server.query(
    `${sums.join('\n')}
     select indexdef from pg_indexes where schemaname = 'public' order by 1;
     select viewname, definition from pg_views where schemaname = 'public' order by 1;
     select last_value, is_called from orders_id_seq;
     select * from totals;
     select double(21);
     show search_path; show work_mem;
     select pg_get_userbyid(datdba), (select array_agg(a::text order by a::text) from unnest(datacl) a), shobj_description(oid, 'pg_database'), pg_encoding_to_char(encoding), datcollate
       from pg_database where datname = current_database()`,
    name,
  );
}
