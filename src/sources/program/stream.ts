import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { MusterError } from '../../base/error.ts';
import { startProgram, type ProgramCall, type StartedProgram } from './call.ts';

/**
 * What a program writes to its standard output, no faster than it is taken. Throws at its very end unless the program
 * ended well. Whoever takes no more ends the program.
 */
export async function* outputOf(call: ProgramCall): AsyncGenerator<Uint8Array, void> {
  const program = await startProgram(call);
  program.stdin.end();
  let ended = false;
  try {
    yield* program.stdout;
    ended = true;
  } catch (error) {
    // What ended the program also ended its output, and says more.
    await killed(program);
    throw error;
  } finally {
    if (!ended) await killed(program).catch(() => undefined);
  }
  await program.end();
}

/** All that a program prints, which must be little. It may end before it has read all of its input. */
export async function textOfProgram(call: ProgramCall, input: AsyncIterable<Uint8Array> = nothing()): Promise<string> {
  const program = await startProgram(call);
  const ending = program.end();
  // Looked at below, once everything was given.
  ending.catch(() => undefined);
  const pieces: Buffer[] = [];
  program.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  await pourOrKill(program, ending, { input, signal: call.signal });
  await ending;
  return Buffer.concat(pieces).toString('utf8');
}

/** Nothing to read. */
export async function* nothing(): AsyncGenerator<Uint8Array> {}

/**
 * Gives a program what it reads from its standard input; how many bytes. When `input` throws, the program is killed
 * before its input ends, so that it can't take a part for the whole. What it prints is dropped.
 */
export async function feedProgram(call: ProgramCall, input: AsyncIterable<Uint8Array>): Promise<number> {
  const { bytes, all } = await offerToProgram(call, input);
  if (all) return bytes;
  throw readTooLittle(call);
}

/** The same for a program that knows itself when it has read enough. */
export async function offerToProgram(
  call: ProgramCall,
  input: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: number; readonly all: boolean }> {
  const program = await startProgram(call);
  program.stdout.resume();
  const ending = program.end();
  // Looked at below, once nothing more is to be written.
  ending.catch(() => undefined);
  const bytes = await pourOrKill(program, ending, { input, signal: call.signal });
  await ending;
  return { bytes, all: program.stdin.writableFinished };
}

interface Pouring {
  readonly input: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

async function pourOrKill(
  program: StartedProgram,
  ending: Promise<string>,
  { input, signal }: Pouring,
): Promise<number> {
  try {
    return await pour(program.stdin, input, signal);
  } catch (error) {
    program.kill();
    await ending.catch(() => undefined);
    throw error;
  }
}

async function pour(stdin: Writable, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number> {
  const closed = once(stdin, 'close').catch(() => undefined);
  let bytes = 0;
  for await (const piece of input) {
    signal.throwIfAborted();
    if (stdin.destroyed) return bytes;
    bytes += piece.length;
    if (!stdin.write(piece)) await Promise.race([once(stdin, 'drain').catch(() => undefined), closed]);
  }
  stdin.end();
  return bytes;
}

function readTooLittle({ argv: [program = ''], fault }: ProgramCall): MusterError {
  return new MusterError(`${program} ended before it had read everything`, fault);
}

async function killed(program: StartedProgram): Promise<void> {
  program.kill();
  await program.end();
}
