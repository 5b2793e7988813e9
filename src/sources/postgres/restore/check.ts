import type { PostgresSource } from '../../../plan/model/system.ts';
import { findingOf } from '../../finding.ts';
import type { SourceFinding, SourceWorld } from '../../source.ts';
import { connectionTo } from '../connection.ts';
import { requireClient, serverVersion, withServer } from '../server.ts';
import type { Session } from '../session.ts';
import { identifier } from '../sql.ts';
import { requireUnused } from './in-use.ts';

/** Can the server be reached, do the versions fit, may databases be made, and is anybody in the way? */
export async function checkReplacing(
  definition: PostgresSource,
  world: SourceWorld,
  signal: AbortSignal,
): Promise<readonly SourceFinding[]> {
  try {
    const connection = await connectionTo(definition, definition.restoreLogin ?? definition.login, world);
    return await withServer(connection, { signal }, async (session) => {
      await requireClient('pg_restore', connection, { server: await serverVersion(session), signal });
      const findings = await checkRole(session);
      if (definition.databases !== undefined) await requireUnused(session, definition.databases);
      return findings;
    });
  } catch (error) {
    signal.throwIfAborted();
    return [findingOf(error)];
  }
}

async function checkRole(session: Session): Promise<readonly SourceFinding[]> {
  const [role] = await session.rows<{ name: string; able: boolean }>(
    'select rolname as name, rolsuper or (rolcreatedb and rolcreaterole) as able from pg_roles where rolname = current_user',
  );
  if (role === undefined || role.able) return [];
  return [
    {
      severity: 'error',
      code: 'missing-grant',
      message: `${role.name} may not make databases and roles`,
      hint: `Give the login of another role as \`restore\`, or run as a superuser: ALTER ROLE ${identifier(role.name)} CREATEDB CREATEROLE;`,
    },
  ];
}
