import { MusterError } from '../../../base/error.ts';
import type { Session } from '../session.ts';

/**
 * Makes the roles of a backup that the server does not have, with what belongs to them; those that it has stay as they
 * are, with their passwords. Names of those that were made. Throws `tablespace-missing` before anything is done.
 */
export async function applyGlobals(session: Session, globals: string): Promise<readonly string[]> {
  const known = async (query: string): Promise<ReadonlySet<string>> =>
    new Set((await session.rows<{ name: string }>(query)).map(({ name }) => name));
  const roles = await known('select rolname as name from pg_roles');
  const tablespaces = await known('select spcname as name from pg_tablespace');
  const statements = statementsOf(globals);
  requireTablespaces(statements, tablespaces);
  const made = statements
    .flatMap((statement) => nameAfter(/^CREATE ROLE /, statement))
    .filter((name) => !roles.has(name));
  for (const statement of statements) if (isAbout(statement, made)) await session.run(statement);
  return made;
}

/** Of a role that is made: what it is, its settings, and what it is a member of. */
function isAbout(statement: string, made: readonly string[]): boolean {
  const [role] = [...nameAfter(/^(?:CREATE|ALTER) ROLE /, statement), ...nameAfter(/^GRANT .* TO /s, statement)];
  return role !== undefined && made.includes(role) && !/^GRANT .* ON /s.test(statement);
}

function requireTablespaces(statements: readonly string[], known: ReadonlySet<string>): void {
  for (const statement of statements) {
    const [name] = nameAfter(/^CREATE TABLESPACE /, statement);
    if (name === undefined || known.has(name)) continue;
    throw new MusterError(`the server has no tablespace ${name}, which the backup has`, {
      code: 'tablespace-missing',
      hint: `Make its folder, which must belong to the server, and run as a superuser: ${statement};`,
    });
  }
}

/** The name that follows, without its quotes. */
function nameAfter(start: RegExp, statement: string): readonly string[] {
  const begin = start.exec(statement)?.[0];
  if (begin === undefined) return [];
  const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^\s;"]+))/.exec(statement.slice(begin.length)) ?? [];
  const name = quoted?.replaceAll('""', '"') ?? plain;
  return name === undefined ? [] : [name];
}

/** The statements of what pg_dumpall writes, without comments, commands of psql and settings of the session. */
export function statementsOf(globals: string): readonly string[] {
  const text = globals.replaceAll(/^(?:--|\\).*$/gm, '');
  const parts = text.match(/(?:[^;'"]|'(?:[^']|'')*'|"(?:[^"]|"")*")+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '' && !/^(?:SET|SELECT) /.test(part));
}
