import { MusterError } from '../../../base/error.ts';
import type { Session } from '../session.ts';
import { literal } from '../sql.ts';

/** A database can't be renamed while somebody is connected to it. Throws `source-in-use`. */
export async function requireUnused(session: Session, databases: readonly string[]): Promise<void> {
  const [user] = await session.rows<{ database: string; count: number; who: string }>(
    `select datname as database, count(*) as count,
       string_agg(format('%s (%s)', pid, coalesce(nullif(application_name, ''), usename)), ', ') as who
     from pg_stat_activity where datname in (${databases.map(literal).join(', ')})
       and pid <> pg_backend_pid() and backend_type <> 'autovacuum worker'
     group by datname`,
  );
  if (user === undefined) return;
  throw new MusterError(`the database ${user.database} is in use by ${user.count} connections: ${user.who}`, {
    code: 'source-in-use',
    hint: 'Stop the programs that use it.',
    retryable: true,
  });
}
