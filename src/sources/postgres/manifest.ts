import { toBytePath, type BytePath } from '../../base/capture.ts';
import { MusterError } from '../../base/error.ts';
import { textOf } from './text-of.ts';

/** What is written beside the dumps, so that a backup says by itself what is in it. */
export interface PostgresManifest {
  readonly muster: 1;
  readonly server: string;
  readonly client: string;
  readonly rolePasswords: boolean;
  readonly databases: readonly DatabaseManifest[];
}

export interface DatabaseManifest {
  readonly name: string;
  readonly format: 'custom' | 'plain';
  /** False: only a part of the database was asked for. */
  readonly whole: boolean;
  /** Bytes that it takes on the server. */
  readonly size: number;
  /** Bytes of its dump. */
  readonly dumped: number;
  readonly properties: DatabaseProperties;
  readonly extensions: readonly string[];
  /** Counted in the same snapshot as the dump. */
  readonly tables: readonly TableRows[];
}

export interface TableRows {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
}

/** What a dump of a database does not hold of the database itself. Names are those of the catalogs. */
export interface DatabaseProperties {
  readonly owner: string;
  readonly encoding: string;
  readonly datcollate: string;
  readonly datctype: string;
  readonly datlocprovider?: string;
  /** Of PostgreSQL 15 and 16. */
  readonly daticulocale?: string | null;
  /** Since PostgreSQL 17. */
  readonly datlocale?: string | null;
  readonly datconnlimit: number;
  readonly tablespace: string;
  readonly comment: string | null;
  /** `name=value`, for everybody or for one role. */
  readonly settings: readonly { readonly role: string | null; readonly setting: string }[];
  /** Null: as it is by default. An empty grantee is everybody. */
  readonly grants: readonly DatabaseGrant[] | null;
}

export interface DatabaseGrant {
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

export const globalsPath = toBytePath('/postgres/globals.sql');
export const manifestPath = toBytePath('/postgres/manifest.json');

/** Where a dump stands in the snapshot. Names may hold anything; file names may not. */
export function dumpPath({ name, format }: Pick<DatabaseManifest, 'name' | 'format'>): BytePath {
  const safe = encodeURIComponent(name).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
  return toBytePath(`/postgres/databases/${safe}.${format === 'custom' ? 'dump' : 'sql'}`);
}

/** Throws `restore-incomplete` for what muster has not written. */
export async function readManifest(pieces: AsyncIterable<Uint8Array>): Promise<PostgresManifest> {
  // The vault vouches for what was written.
  const manifest = JSON.parse(await textOf(pieces)) as PostgresManifest;
  if (manifest.muster === 1) return manifest;
  throw new MusterError('the backup was made by a newer release', {
    code: 'restore-incomplete',
    hint: 'Restore with that release, or restore to a folder.',
  });
}

/** Rows by table, as the catalog keeps them. */
export function rowsOf(databases: readonly DatabaseManifest[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    databases.flatMap(({ name, tables }) =>
      tables.map((table) => [`${name}.${table.schema}.${table.name}`, table.rows]),
    ),
  );
}
