import { execa } from 'execa';
import { stat } from 'node:fs/promises';
import { MusterError } from '../../base/error.ts';
import type { PlannedCommand } from '../../order/step.ts';
import type { StepContext } from '../handler.ts';
import { environmentOf } from './environment.ts';
import { BoundedOutput } from '../../base/bounded-output.ts';
import { argvOf } from './program.ts';

export interface CommandEnd {
  readonly program: string;
  /** Undefined: ended by a signal. */
  readonly exitCode: number | undefined;
  readonly killedBy: string | undefined;
  /** Each bounded to 64 KiB, without the last line break. */
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as they came, bounded and cut at line breaks. */
  readonly output: string;
}

export type CommandContext = Pick<StepContext, 'run' | 'step' | 'attempt' | 'resolveSecret' | 'signal'>;

/**
 * Starts a command in a process group of its own and waits until it has ended and its output is closed. When `signal`
 * is aborted the whole group gets SIGTERM, and SIGKILL 5 seconds later; what it printed until then is returned.
 * Throws `command-missing`, `command-not-executable`, `folder-missing`, `secret-unavailable`.
 */
export async function runCommand(command: PlannedCommand, context: CommandContext): Promise<CommandEnd> {
  context.signal.throwIfAborted();
  await requireFolder(command.cwd);
  const [program, ...args] = argvOf(command);
  const child = execa(program, args, {
    cwd: command.cwd,
    env: await environmentOf(command, context),
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    killDescendants: true,
    cancelSignal: context.signal,
    forceKillAfterDelay: 5000,
  });
  const [stdout, stderr, output] = [new BoundedOutput(), new BoundedOutput(), new BoundedOutput()];
  collect(child.stdout, [stdout, output]);
  collect(child.stderr, [stderr, output]);
  const end = await child;
  // Those of the group that outlived SIGTERM although the command itself did not.
  if (context.signal.aborted) child.kill('SIGKILL');
  if (end.exitCode === undefined && end.signal === undefined) throw notStarted(program, command, end.code);
  const texts = { stdout: trimEnd(stdout.text()), stderr: trimEnd(stderr.text()), output: output.lines() };
  return { program, exitCode: end.exitCode, killedBy: end.signal, ...texts };
}

function collect(stream: NodeJS.ReadableStream, outputs: readonly BoundedOutput[]): void {
  stream.on('data', (piece: Buffer) => {
    for (const output of outputs) output.add(piece);
  });
}

function trimEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

async function requireFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch(() => undefined);
  if (facts?.isDirectory() === true) return;
  throw new MusterError(`the folder ${folder} that a command is to run in does not exist`, {
    code: 'folder-missing',
    hint: 'Make it, or mend `cwd`.',
  });
}

function notStarted(program: string, command: PlannedCommand, code: string | undefined): MusterError {
  if (code === 'ENOENT') return commandMissing(program, command);
  return new MusterError(`the command ${program} cannot be started (${code ?? 'unknown fault'})`, {
    code: 'command-not-executable',
    hint: `Check that ${program} is executable for the user that muster runs as.`,
  });
}

export function commandMissing(program: string, { cwd }: PlannedCommand): MusterError {
  return new MusterError(`the command ${program} is not there`, {
    code: 'command-missing',
    hint: program.includes('/') ? `Check the path; it starts at ${cwd}.` : `Install ${program}, or put it on the PATH.`,
  });
}
