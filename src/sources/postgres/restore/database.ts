import type { Session } from '../session.ts';
import type { DatabaseGrant, DatabaseProperties } from '../manifest.ts';
import { identifier, literal } from '../sql.ts';

/** An empty database of the same kind as another one, which belongs to `owner`, else to whoever makes it. */
export async function createDatabase(
  session: Session,
  name: string,
  { properties, owner }: { readonly properties: DatabaseProperties; readonly owner: string | undefined },
): Promise<void> {
  const { encoding, datcollate, datctype } = properties;
  const clauses = [
    'TEMPLATE template0',
    owner === undefined ? '' : `OWNER ${identifier(owner)}`,
    `ENCODING ${literal(encoding)} LC_COLLATE ${literal(datcollate)} LC_CTYPE ${literal(datctype)}`,
    providerOf(properties),
    owner === undefined ? '' : `TABLESPACE ${identifier(properties.tablespace)}`,
  ];
  await session.run(`create database ${identifier(name)} ${clauses.join(' ')}`);
}

/** Only libc is known to servers before 15, and is the default later on. */
function providerOf({ datlocprovider, datlocale, daticulocale }: DatabaseProperties): string {
  const locale = literal(datlocale ?? daticulocale ?? '');
  if (datlocprovider === 'i') return `LOCALE_PROVIDER icu ICU_LOCALE ${locale}`;
  return datlocprovider === 'b' ? `LOCALE_PROVIDER builtin BUILTIN_LOCALE ${locale}` : '';
}

export async function dropDatabase(session: Session, name: string): Promise<void> {
  await session.run(`drop database if exists ${identifier(name)}`);
}

/** What belongs to the database itself and is in no dump: settings, rights, comment, limit. */
export async function applyProperties(session: Session, name: string, properties: DatabaseProperties): Promise<void> {
  const database = identifier(name);
  const { comment, datconnlimit, settings, grants } = properties;
  const statements = [
    ...(comment === null ? [] : [`comment on database ${database} is ${literal(comment)}`]),
    ...(datconnlimit === -1 ? [] : [`alter database ${database} connection limit ${datconnlimit}`]),
    ...settings.map(({ role, setting }) => settingOf(database, role, setting)),
    ...(grants === null ? [] : [`revoke all on database ${database} from public`]),
    ...(grants ?? []).map((grant) => grantOf(database, grant)),
  ];
  for (const statement of statements) await session.run(statement);
}

/** Those that are lists of names are kept as they are to be written. */
const lists = /^(?:local_preload_libraries|search_path|session_preload_libraries|temp_tablespaces)$/;

function settingOf(database: string, role: string | null, setting: string): string {
  const split = setting.indexOf('=');
  const [name, value] = [setting.slice(0, split), setting.slice(split + 1)];
  const text = lists.test(name) && value !== '' ? value : literal(value);
  const parameter = name.split('.').map(identifier).join('.');
  const whose = role === null ? `database ${database}` : `role ${identifier(role)} in database ${database}`;
  return `alter ${whose} set ${parameter} to ${text}`;
}

function grantOf(database: string, { grantee, privilege, grantable }: DatabaseGrant): string {
  const whom = grantee === '' ? 'public' : identifier(grantee);
  return `grant ${privilege} on database ${database} to ${whom}${grantable ? ' with grant option' : ''}`;
}
