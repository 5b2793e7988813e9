import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** A child process that the kernel ends if this one dies first; its output goes to `log/NAME.out`. */
export class Daemon {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #output: string;

  constructor(options: {
    readonly name: string;
    readonly folder: string;
    readonly command: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  }) {
    this.name = options.name;
    this.#output = join(options.folder, 'log', `${options.name}.out`);
    const out = openSync(this.#output, 'w');
    const env = { ...process.env, ...options.env };
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', ...options.command], { stdio: ['ignore', out, out], env });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when `reached` says so; throws with the end of the output when the process ends before. */
  async until(reached: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 60_000; !(await reached());) {
      if (!this.running) throw new Error(`${this.name} ended: ${readFileSync(this.#output, 'utf8').slice(-800)}`);
      if (Date.now() > deadline) throw new Error(`${this.name} does not start`);
      await sleep(15);
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

/** A port of 127.0.0.1 that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function isOpen(port: number): Promise<boolean> {
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
