import { execa } from 'execa';
import type { Milliseconds } from '../base/clock.ts';
import { unavailable } from './unavailable.ts';

export interface CommandPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly timeout: Milliseconds;
}

/**
 * What a command prints, trimmed. It runs without a shell, and may ask on the terminal (`pass` and `gpg` do that by
 * themselves). What it prints is never shown, its error stream neither: both may hold the value.
 */
export async function readCommandSecret(command: readonly string[], place: CommandPlace): Promise<string> {
  const [program, ...args] = command;
  if (program === undefined) throw unavailable('its command is empty', 'Name a program.');
  const result = await execa(program, args, optionsOf(place));
  if (result.failed) throw unavailable(`the command ${program} ${faultOf(result, place)}`, hintFor(command));
  const value = result.stdout.trim();
  if (value === '') throw unavailable(`the command ${program} printed nothing`, hintFor(command));
  return value;
}

function optionsOf({ env, cwd, timeout }: CommandPlace) {
  return {
    cwd,
    env: { ...env },
    extendEnv: false,
    timeout,
    reject: false,
    stdin: 'ignore',
    killDescendants: true,
    maxBuffer: 1024 * 1024,
  } as const;
}

interface CommandEnd {
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
}

function faultOf(end: CommandEnd, { timeout }: CommandPlace): string {
  if (end.timedOut) return `gave no answer in ${timeout / 1000} s`;
  if (end.isMaxBuffer) return 'printed more than 1 MiB';
  if (end.exitCode !== undefined) return `ended with exit code ${end.exitCode}`;
  if (end.signal !== undefined) return `was ended by ${end.signal}`;
  return `cannot be started (${end.code ?? 'unknown fault'})`;
}

/** The program alone: its arguments may hold something secret too. */
function hintFor([program = '']: readonly string[]): string {
  return `Run ${program} by hand, as the user that muster runs as, to see what it says.`;
}
