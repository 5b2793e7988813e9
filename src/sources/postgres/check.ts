import type { PostgresSource } from '../../plan/model/system.ts';
import { findingOf } from '../finding.ts';
import type { SourceFinding, SourceWorld } from '../source.ts';
import { connectionTo, type Connection } from './connection.ts';
import { readFault, requireClient, serverFacts, withServer, type ServerFacts } from './server.ts';
import { withSession, type Session } from './session.ts';
import { isWhole } from './snapshot.ts';
import { identifier } from './sql.ts';

/** A server that does not answer holds a check no longer than this: milliseconds. */
const patience = 60_000;

/** Can the server be reached, do the versions fit, and may everything be read? Each finding has the statement that mends it. */
export async function checkServer(definition: PostgresSource, world: SourceWorld): Promise<readonly SourceFinding[]> {
  try {
    const connection = await connectionTo(definition, definition.login, world);
    return (await lookAtServer(definition, connection, AbortSignal.timeout(patience))).findings;
  } catch (error) {
    return [findingOf(error)];
  }
}

export interface LookedAt {
  readonly server: ServerFacts;
  /** Version of pg_dump. */
  readonly client: string;
  readonly findings: readonly SourceFinding[];
}

/** Throws `source-login-failed`, `source-unreachable`, `source-missing`, `client-too-old`. */
export async function lookAtServer(
  definition: PostgresSource,
  connection: Connection,
  signal: AbortSignal,
): Promise<LookedAt> {
  const { server, findings } = await withServer(connection, { signal }, async (session) => ({
    server: await serverFacts(session, definition),
    findings: await checkGlobals(session, definition),
  }));
  const client = await requireClient('pg_dump', connection, { server, signal });
  const rights = isWhole(definition) ? await checkDatabases(connection, server, signal) : [];
  return { server, client, findings: [...findings, ...rights] };
}

async function checkGlobals(session: Session, { rolePasswords }: PostgresSource): Promise<readonly SourceFinding[]> {
  if (!rolePasswords) return [];
  const [rights] = await session.rows<{ role: string; readable: boolean }>(
    `select current_user as role, has_table_privilege('pg_catalog.pg_authid', 'select') as readable`,
  );
  if (rights === undefined || rights.readable) return [];
  return [
    missingGrant(
      `${rights.role} may not read the passwords of roles`,
      `Set \`rolePasswords: false\`, or run as a superuser: ALTER ROLE ${identifier(rights.role)} SUPERUSER;`,
    ),
  ];
}

async function checkDatabases(
  connection: Connection,
  server: ServerFacts,
  signal: AbortSignal,
): Promise<readonly SourceFinding[]> {
  const findings: SourceFinding[] = [];
  for (const database of server.databases)
    findings.push(
      ...(await withSession(connection, { database, signal, fault: readFault }, (session) =>
        checkRights(session, database, server),
      )),
    );
  return findings;
}

interface Rights {
  readonly role: string;
  /** Names of some relations that can't be read, and how many there are. */
  readonly closed: readonly string[];
  readonly closedCount: number;
  /** Of tables whose rows are hidden from some roles. */
  readonly hidden: readonly string[];
}

const rightsQuery = `select current_user as role,
  (select coalesce(json_agg(name), '[]') from (select name from closed order by name limit 3) few) as closed,
  (select count(*) from closed) as "closedCount",
  (select coalesce(json_agg(name), '[]') from hidden) as hidden
  from (select 1) one`;

const rightsTables = `with own as (select t.oid, t.relkind, n.oid as schema, format('%I.%I', n.nspname, t.relname) as name,
    t.relrowsecurity, t.relforcerowsecurity, pg_has_role(t.relowner, 'usage') as owned
    from pg_class t join pg_namespace n on n.oid = t.relnamespace
    where t.relkind in ('r', 'p', 'm', 'S') and t.relpersistence <> 't'
    and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'),
  closed as (select name from own where not has_schema_privilege(schema, 'usage')
    or not case when relkind = 'S' then has_sequence_privilege(oid, 'select') else has_table_privilege(oid, 'select') end),
  hidden as (select name from own where relrowsecurity and (relforcerowsecurity or not owned)
    and not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) limit 3)`;

async function checkRights(
  session: Session,
  database: string,
  { major }: ServerFacts,
): Promise<readonly SourceFinding[]> {
  const [rights] = await session.rows<Rights>(`${rightsTables} ${rightsQuery}`);
  if (rights === undefined) return [];
  const { role, closed, closedCount, hidden } = rights;
  const findings: SourceFinding[] = [];
  if (closedCount > 0) {
    const more = closedCount > closed.length ? ` and ${closedCount - closed.length} more` : '';
    const message = `in ${database}, ${role} may not read ${closed.join(', ')}${more}`;
    findings.push(missingGrant(message, readingHint(role, major)));
  }
  if (hidden.length > 0)
    findings.push(
      missingGrant(
        `in ${database}, row security hides rows of ${hidden.join(', ')} from ${role}`,
        `Run as a superuser: ALTER ROLE ${identifier(role)} BYPASSRLS;`,
      ),
    );
  return findings;
}

/** `pg_read_all_data` is there since PostgreSQL 14. */
function readingHint(role: string, major: number): string {
  const name = identifier(role);
  if (major >= 14) return `Run as a superuser: GRANT pg_read_all_data TO ${name};`;
  return `Run for each schema: GRANT USAGE ON SCHEMA s TO ${name}; GRANT SELECT ON ALL TABLES IN SCHEMA s TO ${name}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA s TO ${name};`;
}

function missingGrant(message: string, hint: string): SourceFinding {
  return { severity: 'error', code: 'missing-grant', message, hint };
}
