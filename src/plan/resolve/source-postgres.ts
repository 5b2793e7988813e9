import { resolve } from 'node:path';
import type { PostgresLogin, PostgresServer, PostgresSource } from '../model/system.ts';
import { quote } from '../quote.ts';
import { child, itemsOf, type Node } from '../read/node.ts';
import { positionOf } from '../read/source-file.ts';
import type { Scope } from './scope.ts';
import { secretOf, urlOf } from './secret.ts';
import { authoredText, flagOf, numberOf, pathOf, textOf, wordOf } from './values.ts';

export function postgresSourceOf(system: string, node: Node, scope: Scope): PostgresSource {
  const { server, user, database } = addressOf(child(node, 'url'), scope, `systems.${system}.source.url`);
  const named = itemsOf(child(node, 'databases')).map((item) => textOf(item) ?? '');
  const only = database === undefined ? undefined : [database];
  const restore = child(node, 'restore');
  const namesIn = (key: string): string[] => itemsOf(child(node, key)).map((item) => textOf(item) ?? '');
  const tablesIn = (key: string): string[] => itemsOf(child(node, key)).flatMap((item) => tableOf(item, scope));
  return {
    type: 'postgres',
    at: positionOf(node),
    method: 'logical',
    server,
    login: { user, password: secretOf(child(node, 'password'), scope) },
    restoreLogin: restore && loginOf(restore, scope),
    databases: named.length > 0 ? named : only,
    format: wordOf(child(node, 'format'), ['custom', 'plain']) ?? 'custom',
    schemas: namesIn('schemas'),
    tables: tablesIn('tables'),
    exclude: tablesIn('exclude'),
    rolePasswords: flagOf(child(node, 'rolePasswords')) ?? true,
    jobs: jobsOf(node, scope),
    binaries: pathOf(child(node, 'binaries'), scope),
  };
}

function loginOf(node: Node, scope: Scope): PostgresLogin {
  return { user: textOf(child(node, 'user')), password: secretOf(child(node, 'password'), scope) };
}

interface Address {
  readonly server: PostgresServer;
  readonly user: string | undefined;
  readonly database: string | undefined;
}

const parameters: ReadonlySet<string> = new Set(['host', 'user', 'sslmode', 'sslrootcert']);

function addressOf(node: Node | undefined, scope: Scope, label: string): Address {
  const text = urlOf(node, ['postgres:', 'postgresql:'], { scope, label });
  const url = typeof text === 'string' ? new URL(text) : undefined;
  const unknown = [...(url?.searchParams.keys() ?? [])].find((key) => !parameters.has(key));
  if (node && unknown !== undefined)
    scope.problems.error({
      code: 'bad-url',
      at: node,
      message: `the parameter ${quote(unknown)} is not known`,
      hint: 'There are `host` (the folder of a socket), `user`, `sslmode` and `sslrootcert`.',
    });
  const given = (key: string): string | undefined => url?.searchParams.get(key) ?? undefined;
  const certificate = given('sslrootcert');
  return {
    server: {
      host: given('host') ?? decoded(url?.hostname.replace(/^\[(.*)\]$/, '$1')),
      port: url === undefined || url.port === '' ? undefined : Number(url.port),
      sslmode: given('sslmode'),
      sslrootcert: certificate && node && resolve(node.file.folder, certificate),
    },
    user: given('user') ?? decoded(url?.username),
    database: decoded(url?.pathname.slice(1)),
  };
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A table needs its schema, so that no search path has a say. */
function tableOf(node: Node, { problems }: Scope): readonly string[] {
  const text = textOf(node);
  if (text === undefined || /^[^.]+\.[^.]+$/.test(text)) return text === undefined ? [] : [text];
  problems.error({
    code: 'bad-pattern',
    at: node,
    message: `${quote(authoredText(node))} does not name a schema and a table`,
    hint: 'Write both: `public.orders`, `audit.*`.',
  });
  return [];
}

/** Parts of a dump as text can't be told apart. */
function jobsOf(node: Node, { problems }: Scope): number {
  const at = child(node, 'jobs');
  const jobs = numberOf(at) ?? 1;
  if (at && jobs > 1 && textOf(child(node, 'format')) === 'plain')
    problems.error({
      code: 'bad-value',
      at,
      message: 'a dump in the format `plain` is loaded by one connection',
      hint: 'Remove `jobs`, or choose the format `custom`.',
    });
  return jobs;
}
