import { MusterError } from '../../base/error.ts';
import type { PostgresSource } from '../../plan/model/system.ts';
import type { Connection } from './connection.ts';
import type { DatabaseManifest, DatabaseProperties, TableRows } from './manifest.ts';
import { readFault } from './server.ts';
import { openSession, type Session } from './session.ts';
import { identifier, literal, matches } from './sql.ts';

/** A database as of one moment, for the dump and for the counts beside it. */
export interface DatabaseSnapshot {
  /** For `pg_dump --snapshot`. */
  readonly id: string;
  /** What to give pg_dump so that it takes what the plan asks for: exact names. */
  readonly selection: readonly string[];
  /** All but the size of the dump; counts rows. */
  describe(): Promise<Omit<DatabaseManifest, 'dumped'>>;
  end(): Promise<void>;
}

/** Throws `nothing-matched` when the plan asks for a part that there is not. */
export async function openSnapshot(
  connection: Connection,
  definition: PostgresSource,
  { database, signal }: { readonly database: string; readonly signal: AbortSignal },
): Promise<DatabaseSnapshot> {
  const session = await openSession(connection, { database, signal, fault: readFault });
  try {
    await session.run('begin isolation level repeatable read read only; set local row_security = off');
    const [snapshot] = await session.rows<{ id: string }>('select pg_export_snapshot() as id');
    const chosen = await choose(session, definition, database);
    return {
      id: snapshot?.id ?? '',
      selection: chosen.selection,
      describe: async () => ({
        name: database,
        format: definition.format,
        whole: isWhole(definition),
        ...(await describe(session)),
        tables: await count(session, chosen.condition),
      }),
      end: () => session.end(),
    };
  } catch (error) {
    await session.end().catch(() => undefined);
    throw error;
  }
}

export function isWhole({ schemas, tables, exclude }: PostgresSource): boolean {
  return schemas.length + tables.length + exclude.length === 0;
}

interface Table {
  readonly schema: string;
  readonly name: string;
}

/** Everything that a dump could hold rows of, and what belongs to it; `t` and `n` are the catalogs. */
const relations = `pg_class t join pg_namespace n on n.oid = t.relnamespace
  where t.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`;

async function choose(
  session: Session,
  definition: PostgresSource,
  database: string,
): Promise<{ readonly selection: readonly string[]; readonly condition: string }> {
  const { schemas, tables, exclude } = definition;
  if (isWhole(definition)) return { selection: [], condition: 'true' };
  const name = `n.nspname || '.' || t.relname`;
  const [inSchemas, inTables, out] = [matches('n.nspname', schemas), matches(name, tables), matches(name, exclude)];
  const condition = [inSchemas, inTables, out && `not ${out}`].filter((part) => part !== undefined).join(' and ');
  const named = async (wish: string, kinds = "'r','p','v','m','S','f'"): Promise<readonly string[]> => {
    const query = `select n.nspname as schema, t.relname as name from ${relations} and t.relkind in (${kinds}) and ${wish}`;
    return (await session.rows<Table>(query)).map(patternOf);
  };
  const excluded = out === undefined ? [] : await named(out);
  if (inTables === undefined && inSchemas !== undefined) {
    const found = await session.rows<{ name: string }>(
      `select n.nspname as name from pg_namespace n where n.nspname !~ '^pg_' and ${inSchemas}`,
    );
    if (found.length === 0) throw nothingMatched(database);
    const wanted = found.map((row) => `--schema=${identifier(row.name)}`);
    return { selection: [...wanted, ...excluded.map((table) => `--exclude-table=${table}`)], condition };
  }
  if (inTables === undefined) return { selection: excluded.map((table) => `--exclude-table=${table}`), condition };
  const wanted = await named(condition);
  if (wanted.length === 0) throw nothingMatched(database);
  return { selection: wanted.map((table) => `--table=${table}`), condition };
}

/** Quoted, so that pg_dump takes it for a name and not for a pattern. */
function patternOf({ schema, name }: Table): string {
  return `${identifier(schema)}.${identifier(name)}`;
}

function nothingMatched(database: string): MusterError {
  return new MusterError(`the database ${database} has nothing that \`schemas\` and \`tables\` name`, {
    code: 'nothing-matched',
    hint: 'Check the names; `*` stands for any text.',
  });
}

/** To be read as a part of one row of pg_database. */
const propertiesQuery = `select to_jsonb(d) || jsonb_build_object(
  'owner', pg_get_userbyid(d.datdba),
  'encoding', pg_encoding_to_char(d.encoding),
  'tablespace', (select spcname from pg_tablespace where oid = d.dattablespace),
  'comment', shobj_description(d.oid, 'pg_database'),
  'settings', (select coalesce(jsonb_agg(jsonb_build_object('role', r.rolname, 'setting', setting)), '[]')
    from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) setting
    where s.setdatabase = d.oid),
  'grants', case when d.datacl is not null then (select jsonb_agg(jsonb_build_object(
    'grantee', case when a.grantee = 0 then '' else pg_get_userbyid(a.grantee) end,
    'privilege', a.privilege_type, 'grantable', a.is_grantable)) from aclexplode(d.datacl) a) end
  ) as properties,
  pg_database_size(d.oid) as size,
  (select coalesce(jsonb_agg(extname), '[]') from pg_extension) as extensions
  from pg_database d where d.datname = current_database()`;

interface Described {
  readonly properties: DatabaseProperties;
  readonly size: number;
  readonly extensions: readonly string[];
}

async function describe(session: Session): Promise<Described> {
  const [found] = await session.rows<Described>(propertiesQuery);
  if (found !== undefined) return found;
  throw new MusterError('the database does not describe itself', readFault);
}

/** Tables that are counted by one statement. */
const batch = 100;

/** Rows of each table by itself, in the transaction of the session. Those of extensions are theirs to make. */
export async function count(session: Session, condition: string): Promise<readonly TableRows[]> {
  const tables = await session.rows<Table>(
    `select n.nspname as schema, t.relname as name from ${relations} and t.relkind = 'r' and ${condition}
     and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = t.oid and deptype = 'e')
     order by 1, 2`,
  );
  const counted: TableRows[] = [];
  for (let at = 0; at < tables.length; at += batch)
    counted.push(
      ...(await session.rows<TableRows>(
        tables
          .slice(at, at + batch)
          .map(countOf)
          .join(' union all '),
      )),
    );
  return counted;
}

function countOf({ schema, name }: Table): string {
  const table = `only ${identifier(schema)}.${identifier(name)}`;
  return `select ${literal(schema)} as schema, ${literal(name)} as name, count(*) as rows from ${table}`;
}
