import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { MusterError } from '../../base/error.ts';
import { startProgram, type StartedProgram } from '../program/call.ts';
import type { CallOptions, Connection } from './connection.ts';

/** One connection to a database, through psql. */
export interface Session {
  /** What a query gives, a row at a time as an object. */
  rows<T>(query: string): Promise<readonly T[]>;
  /** Statements that give nothing. */
  run(statements: string): Promise<void>;
  /** Ends the connection, and what was not committed is not done. */
  end(): Promise<void>;
}

const quiet = ['-X', '-A', '-t', '-q', '--no-password', '-v', 'ON_ERROR_STOP=1'];

/** Throws what starting psql does. Its calls throw `source-login-failed`, `source-unreachable`, and the fault. */
export async function openSession(connection: Connection, options: Omit<CallOptions, 'argv'>): Promise<Session> {
  const program = await startProgram(connection.call({ ...options, argv: ['psql', ...quiet] }));
  const session = new PsqlSession(program, connection);
  await session.run('set standard_conforming_strings = on');
  return session;
}

/** Opens one, and ends it whatever happens. */
export async function withSession<T>(
  connection: Connection,
  options: Omit<CallOptions, 'argv'>,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(connection, options);
  try {
    return await use(session);
  } finally {
    await session.end().catch(() => undefined);
  }
}

class PsqlSession implements Session {
  readonly #program: StartedProgram;
  readonly #connection: Connection;
  readonly #lines: AsyncIterator<string>;
  readonly #ending: Promise<string>;
  #isAsking = false;

  constructor(program: StartedProgram, connection: Connection) {
    this.#program = program;
    this.#connection = connection;
    this.#lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    this.#ending = program.end();
    // Asked for by whoever waits for an answer that does not come.
    this.#ending.catch(() => undefined);
  }

  async rows<T>(query: string): Promise<readonly T[]> {
    const lines = await this.#ask(`select row_to_json(answer) from (${query}) answer;`);
    // Rows are of the shape that the query gives them.
    return lines.map((line) => JSON.parse(line) as T);
  }

  async run(statements: string): Promise<void> {
    await this.#ask(`${statements};`);
  }

  /** A question that nobody waits for any more is not worth its answer. */
  async end(): Promise<void> {
    if (this.#isAsking) this.#program.kill();
    this.#program.stdin.end();
    await this.#ending;
  }

  async #ask(statements: string): Promise<readonly string[]> {
    const mark = randomUUID();
    this.#program.stdin.write(`${statements}\n\\echo ${mark}\n`);
    const lines: string[] = [];
    this.#isAsking = true;
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done === true || value === mark) this.#isAsking = false;
      if (done === true) throw await this.#fault();
      if (value === mark) return lines;
      lines.push(value);
    }
  }

  async #fault(): Promise<unknown> {
    try {
      await this.#ending;
      return new MusterError('psql ended before it answered', { code: 'source-unreachable', retryable: true });
    } catch (error) {
      return named(error, this.#connection);
    }
  }
}

/** Faults of the connection by their own names; texts of libpq as in `LC_ALL=C`. */
function named(error: unknown, { server, user }: Connection): unknown {
  if (!(error instanceof MusterError) || error.code.startsWith('command-')) return error;
  const { message } = error;
  if (/authentication failed|no password supplied|no pg_hba\.conf entry|role .* does not exist/.test(message))
    return new MusterError(`${server} does not let ${user ?? 'the user'} in: ${message}`, {
      code: 'source-login-failed',
      hint: 'Check `url` and `password`, and pg_hba.conf of the server.',
      cause: error,
    });
  if (!/could not connect|connection to server|server closed the connection|terminating connection/.test(message))
    return error;
  return new MusterError(`${server} cannot be reached: ${message}`, {
    code: 'source-unreachable',
    hint: 'Check that the server runs, and `url`.',
    retryable: true,
    cause: error,
  });
}
