import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { requireProgram } from '../require.ts';

export interface SftpServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  /** Where tests put vaults; the server sees the same paths. */
  readonly root: string;
  /** Path of the private key that is let in. */
  readonly identity: string;
  /** Path of the file of public keys that are let in. */
  readonly authorized: string;
  /** Of the host's key of a type, such as `ed25519`: its fingerprint, and its line without the host's name. */
  readonly hostKey: (type: string) => { readonly fingerprint: string; readonly line: string };
  /** Ends the server and every connection at once, as a crash of the host would. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port. */
  readonly restart: () => Promise<void>;
  /** Ends the connections, and leaves the server. */
  readonly cut: () => void;
  /** Stops or goes on with everything, as a host that hangs. */
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
}

export interface SftpServerOptions {
  /** Of `internal-sftp`, such as `-P posix-rename` for a server without that. */
  readonly flags?: string;
  /** Types of the host's keys; default: `ed25519`. */
  readonly hostKeys?: readonly string[];
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
}

const sshd = '/usr/sbin/sshd';

/** True when OpenSSH's server is installed; tests ask before they start one. */
export const hasSshd = requireProgram(sshd, ['-V']);

/** OpenSSH's server on 127.0.0.1, for keys and file transfer only, as a child of this process. */
export async function startSftpServer(options: SftpServerOptions = {}): Promise<SftpServer> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-sftp-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  // Where sshd, as root, waits for logins; Debian makes it when its service starts.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const port = await freePort();
  makeKey(join(folder, 'user'), 'ed25519');
  const authorized = join(folder, 'authorized_keys');
  writeFileSync(authorized, readFileSync(join(folder, 'user.pub')));
  const hostKeys = options.hostKeys ?? ['ed25519'];
  for (const type of hostKeys) makeKey(join(folder, `host_${type}`), type);
  writeFileSync(join(folder, 'sshd_config'), configText({ folder, port, hostKeys, options }));
  const server = new Server(folder, port);
  await server.start();
  return {
    port,
    root,
    authorized,
    user: userInfo().username,
    identity: join(folder, 'user'),
    hostKey: (type) => hostKeyOf(join(folder, `host_${type}.pub`)),
    kill: () => server.kill(),
    restart: () => server.start(),
    cut: () => server.cut(),
    signal: (name) => server.signal(name),
    async [Symbol.asyncDispose]() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a key pair at a path, with an empty passphrase when none is given. */
export function makeKey(path: string, type: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', path]);
}

function hostKeyOf(path: string): { readonly fingerprint: string; readonly line: string } {
  const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' }).split(' ');
  return { fingerprint, line: readFileSync(path, 'utf8').split(' ').slice(0, 2).join(' ') };
}

interface ConfigParts {
  readonly folder: string;
  readonly port: number;
  readonly hostKeys: readonly string[];
  readonly options: SftpServerOptions;
}

function configText({ folder, port, hostKeys, options }: ConfigParts): string {
  return [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeys.map((type) => `HostKey ${join(folder, `host_${type}`)}`),
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    // The folder is below one that anybody may write to.
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'PidFile none',
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
    `ForceCommand internal-sftp -d ${join(folder, 'root')} ${options.flags ?? ''}`,
    '',
  ].join('\n');
}

class Server {
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  async start(): Promise<void> {
    const log = join(this.#folder, 'log');
    const child = spawn(sshd, ['-D', '-f', join(this.#folder, 'sshd_config'), '-E', log], { stdio: 'ignore' });
    this.#child = child;
    const deadline = Date.now() + 10_000;
    while (!(await accepts(this.#port))) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`sshd did not start: ${readFileSync(log, 'utf8')}`);
      await delay(10);
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const serving = this.#serving();
    child.kill('SIGKILL');
    for (const pid of serving) end(pid, 'SIGKILL');
    await ended;
  }

  cut(): void {
    for (const pid of this.#serving()) end(pid, 'SIGKILL');
  }

  signal(name: NodeJS.Signals): void {
    for (const pid of [this.#child?.pid ?? 0, ...this.#serving()]) end(pid, name);
  }

  /** The processes behind the connections: children of the child, and theirs. */
  #serving(): readonly number[] {
    const pid = this.#child?.pid;
    return pid === undefined ? [] : descendantsOf(pid);
  }
}

function descendantsOf(pid: number): readonly number[] {
  const children = readChildren(pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function readChildren(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(pid, signal);
  } catch {
    // It has ended by itself meanwhile.
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

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
