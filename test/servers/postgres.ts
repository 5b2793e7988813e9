import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { requireProgram } from '../require.ts';

export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** Folder of its socket, where everybody is let in without a password. */
  readonly socket: string;
  /** Folder of its data, for tests that spoil it. */
  readonly data: string;
  /** Of the superuser `postgres`, over TCP. */
  readonly password: string;
  /** Folder of its programs. */
  readonly binaries: string;
  /** What psql prints, unaligned, as the superuser. */
  readonly query: (sql: string, database?: string) => string;
  /** Ends it at once, as a crash would. */
  readonly kill: () => Promise<void>;
  /** Starts it again, on the same port. */
  readonly start: () => Promise<void>;
}

const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
const newest = versions.toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? '';
const binaries = join('/usr/lib/postgresql', newest, 'bin');

/** True when PostgreSQL's server is installed; tests ask before they start one. */
export const hasPostgres = requireProgram(join(binaries, 'postgres'), ['--version']);

/** A server of its own on 127.0.0.1, as a child of this process. `settings`: lines of postgresql.conf. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-pg-'));
  const [data, socket, passwordFile] = [join(folder, 'data'), join(folder, 'socket'), join(folder, 'password')];
  mkdirSync(socket);
  const password = 'sUper-secret-of-postgres';
  writeFileSync(passwordFile, password);
  giveAway(folder, [folder, socket, passwordFile]);
  execFileSync(
    join(binaries, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth-local=trust',
      '--auth-host=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '-k',
    ],
    { ...owner(), cwd: folder, stdio: 'ignore' },
  );
  const port = await freePort();
  const lines = [
    `listen_addresses = '127.0.0.1'`,
    `port = ${port}`,
    `unix_socket_directories = '${socket}'`,
    'shared_buffers = 32MB',
    'fsync = off',
  ];
  writeFileSync(join(data, 'postgresql.auto.conf'), [...lines, ...settings, ''].join('\n'));
  const server = new Server(folder, { data, socket, port });
  await server.start();
  return {
    port,
    socket,
    data,
    password,
    binaries,
    query: (sql, database) => server.query(sql, database),
    kill: () => server.end('SIGQUIT'),
    start: () => server.start(),
    async [Symbol.asyncDispose]() {
      await server.end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
function owner(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  return { uid: numberOf('-u'), gid: numberOf('-g') };
}

function numberOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

function giveAway(folder: string, paths: readonly string[]): void {
  chmodSync(folder, 0o755);
  if (process.getuid?.() === 0) execFileSync('chown', ['postgres:', ...paths]);
}

class Server {
  readonly #folder: string;
  readonly #place: { readonly data: string; readonly socket: string; readonly port: number };
  #child: ChildProcess | undefined;

  constructor(folder: string, place: { readonly data: string; readonly socket: string; readonly port: number }) {
    this.#folder = folder;
    this.#place = place;
  }

  async start(): Promise<void> {
    const child = spawn(join(binaries, 'postgres'), ['-D', this.#place.data], {
      ...owner(),
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    let log = '';
    child.stderr.on('data', (piece: Buffer) => (log = (log + piece.toString()).slice(-5000)));
    const deadline = Date.now() + 30_000;
    while (!this.#answers()) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`postgres did not start: ${log}`);
      await delay(20);
    }
  }

  #answers(): boolean {
    try {
      this.query('select 1');
      return true;
    } catch {
      return false;
    }
  }

  query(sql: string, database = 'postgres'): string {
    const { socket, port } = this.#place;
    const place = ['-h', socket, '-p', String(port), '-U', 'postgres'];
    const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', ...place, '-f', '-'];
    return execFileSync(join(binaries, 'psql'), args, {
      input: sql,
      // As an argument it would be read as more than a name.
      env: { ...process.env, PGDATABASE: database },
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 100_000_000,
    }).trimEnd();
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a text stands in the arguments of any process now. */
export function isInArguments(text: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => argumentsOf(pid).includes(text));
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
