import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { MusterError } from '../index.ts';
import type { Session } from './session.ts';

/** Asks on the terminal; nothing but the line end typed gives `otherwise`. Throws `cancelled` at the end of the input. */
export async function ask(question: string, otherwise: string, session: Session): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  // The terminal is in raw mode meanwhile: without this, Ctrl-C would not reach the process.
  terminal.on('SIGINT', () => {
    process.stderr.write('\n');
    process.kill(process.pid, 'SIGINT');
  });
  try {
    const signal = AbortSignal.any([session.signal, closed.signal]);
    return (await terminal.question(`${question} [${otherwise}] `, { signal })).trim() || otherwise;
  } catch (error) {
    if (!session.signal.aborted && closed.signal.aborted)
      throw new MusterError('no answer was given', { code: 'cancelled', hint: 'With --yes nothing is asked.' });
    throw error;
  } finally {
    terminal.close();
  }
}

/** Asks for a yes. Throws `cancelled` when it is anything else. */
export async function confirm(question: string, session: Session): Promise<void> {
  const answer = await ask(question, 'no', session);
  if (!/^y(es)?$/i.test(answer)) throw new MusterError('nothing was changed', { code: 'cancelled' });
}
