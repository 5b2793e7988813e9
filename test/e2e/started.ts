import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { program, type CallOptions } from './muster.ts';

export interface Started {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stderr has said it; rejects when the process ends without it. */
  said(what: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a process that a test can signal while it is at work. */
export function startMuster(args: readonly string[], { cwd, env = {} }: CallOptions): Started {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...process.env, MUSTER_PASSPHRASE: 'correct horse battery staple', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = (async () => {
    const stdout = text(child.stdout);
    const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { exitCode, signal, stdout: await stdout, stderr };
  })();
  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    said: async (what) => {
      while (!stderr.includes(what)) {
        if (child.stderr.readableEnded) throw new Error(`it ended without "${what}": ${stderr}`);
        await Promise.race([once(child.stderr, 'data'), once(child.stderr, 'end')]);
      }
    },
    ended,
  };
}
