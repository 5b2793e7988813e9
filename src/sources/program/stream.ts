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

/** All that a program prints, which must be little. */
export async function textOfProgram(call: ProgramCall, input = ''): Promise<string> {
  const program = await startProgram(call);
  program.stdin.end(input);
  const pieces: Buffer[] = [];
  for await (const piece of program.stdout) pieces.push(piece);
  await program.end();
  return Buffer.concat(pieces).toString('utf8');
}

/**
 * Gives a program what it reads from its standard input; how many bytes. When `input` throws, the program is killed
 * before its input ends, so that it can't take a part for the whole. What it prints is dropped.
 */
export async function feedProgram(call: ProgramCall, input: AsyncIterable<Uint8Array>): Promise<number> {
  const program = await startProgram(call);
  program.stdout.resume();
  const ending = program.end();
  // Looked at below, once nothing more is to be written.
  ending.catch(() => undefined);
  // The streams of child processes are Node's own.
  const stdin = program.stdin as Writable;
  const bytes = await pour(stdin, input, call.signal).catch(async (error: unknown) => {
    program.kill();
    await ending.catch(() => undefined);
    throw error;
  });
  await ending;
  if (!stdin.writableFinished) throw readTooLittle(call);
  return bytes;
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
