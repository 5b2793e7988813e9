import { messageOf, MusterError } from '../../../base/error.ts';
import type { Connection } from '../connection.ts';
import { withServer } from '../server.ts';
import { identifier } from '../sql.ts';
import { dropDatabase } from './database.ts';
import { writeFault } from './load.ts';

/** Drops what was loaded before a fault, by names that only this restore gave. What to throw: it says so when they are still there. */
export async function dropAfter(error: unknown, names: readonly string[], connection: Connection): Promise<unknown> {
  try {
    await drop(names, connection);
    return error;
  } catch (fault) {
    if (!(error instanceof MusterError)) return error;
    const { code, hint = '', retryable, message } = error;
    const statements = names.map((name) => `drop database if exists ${identifier(name)};`).join(' ');
    return new MusterError(`${message}; besides, what was loaded could not be dropped: ${messageOf(fault)}`, {
      code,
      hint: `${hint} Then run: ${statements}`.trim(),
      retryable,
      cause: error,
    });
  }
}

async function drop(names: readonly string[], connection: Connection): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  await withServer(connection, { signal, fault: writeFault }, async (session) => {
    for (const name of names) await dropDatabase(session, name);
  });
}
