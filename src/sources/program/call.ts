import { execa } from 'execa';
import { stat } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { BoundedOutput } from '../../base/bounded-output.ts';
import type { Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { MusterError } from '../../base/error.ts';

/** A program that is started without a shell, in a process group of its own. */
export interface ProgramCall {
  /** Program and arguments; nothing secret: everybody may read them. */
  readonly argv: readonly string[];
  readonly folder: string;
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Then it and all that it started are ended. Undefined: never. */
  readonly timeout?: Milliseconds | undefined;
  readonly signal: AbortSignal;
  /** Of the error when it does not end well. */
  readonly fault: { readonly code: string; readonly hint: string };
}

export interface StartedProgram {
  readonly stdin: Writable;
  readonly stdout: Readable & AsyncIterable<Buffer>;
  /** Ends it and all that it started, at once. */
  kill(): void;
  /**
   * Waits for its end; what it said of itself. Throws the reason of the signal, `command-missing`, `command-timeout`, and
   * the fault of the call unless it ended with 0.
   */
  end(): Promise<string>;
}

/** Ended by SIGTERM, and 5 seconds later by SIGKILL, when the signal is aborted. Throws `folder-missing`. */
export async function startProgram(call: ProgramCall): Promise<StartedProgram> {
  call.signal.throwIfAborted();
  await requireFolder(call.folder);
  const [program = '', ...args] = call.argv;
  const child = execa(program, args, {
    cwd: call.folder,
    env: call.env,
    extendEnv: false,
    stdin: 'pipe',
    buffer: false,
    reject: false,
    killDescendants: true,
    cancelSignal: call.signal,
    forceKillAfterDelay: 5000,
    ...(call.timeout === undefined ? {} : { timeout: call.timeout }),
  });
  const said = new BoundedOutput();
  child.stderr.on('data', (piece: Buffer) => said.add(piece));
  // A program may end without reading what it is given; how it ended tells whether that was well.
  child.stdin.on('error', () => {});
  const kill = (): void => void child.kill('SIGKILL');
  return { stdin: child.stdin, stdout: child.stdout, kill, end: async () => judge(await child, call, said, kill) };
}

interface End {
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
}

function judge(end: End, call: ProgramCall, said: BoundedOutput, kill: () => void): string {
  // Those of its group that outlived it.
  if (end.failed) kill();
  call.signal.throwIfAborted();
  if (!end.failed) return said.lines();
  const [program = ''] = call.argv;
  if (end.timedOut) throw tookTooLong(program, call.timeout ?? 0);
  if (end.exitCode === undefined && end.signal === undefined) throw notStarted(program, end.code);
  const reason = end.exitCode === undefined ? `was ended by ${end.signal}` : `ended with exit code ${end.exitCode}`;
  throw new MusterError(`${program} ${reason}${lastLines(said.lines())}`, { ...call.fault, retryable: true });
}

/** Three lines from the last one on that speaks of an error. Whole ones only, so that a secret in one can be found and replaced. */
function lastLines(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && line.length <= 500);
  const error = lines.findLastIndex((line) => /\b(?:error|fatal|panic)\b/i.test(line));
  const told = error < 0 ? lines.slice(-3) : lines.slice(error, error + 3);
  return told.length === 0 ? '' : `: ${told.join('; ')}`;
}

function tookTooLong(program: string, timeout: Milliseconds): MusterError {
  return new MusterError(`${program} took longer than ${formatDuration(timeout)}, and was ended`, {
    code: 'command-timeout',
    hint: 'Set a longer `timeout`, or find out what it waits for.',
    retryable: true,
  });
}

function notStarted(program: string, code: string | undefined): MusterError {
  if (code === 'ENOENT') return programMissing(program);
  return new MusterError(`${program} cannot be started (${code ?? 'unknown fault'})`, {
    code: 'command-not-executable',
    hint: `Check that ${program} is executable for the user that muster runs as.`,
  });
}

export function programMissing(program: string): MusterError {
  return new MusterError(`the program ${program} is not there`, {
    code: 'command-missing',
    hint: program.includes('/') ? `Check the path ${program}.` : `Install ${program}, or put it on the PATH.`,
  });
}

async function requireFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch(() => undefined);
  if (facts?.isDirectory() === true) return;
  throw new MusterError(`the folder ${folder} that a program is to run in does not exist`, {
    code: 'folder-missing',
    hint: 'Make it.',
  });
}
