import pLimit from 'p-limit';
import type { WholeAnswer } from './incoming.ts';
import { ReadConnection, type Server } from './read-connection.ts';

export interface DirectRead {
  readonly server: Server;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads objects over connections that are kept, so many at once. */
export class DirectReads {
  readonly #turn: ReturnType<typeof pLimit>;
  /** Connections without a request, by server; the one that was used last is the last. */
  readonly #waiting = new Map<string, ReadConnection[]>();

  constructor(connections: number) {
    this.#turn = pLimit(connections);
  }

  /** Undefined: a header can't be sent as it is. Throws what Node's sockets throw, and `TimeoutError`. */
  async read(request: DirectRead): Promise<WholeAnswer | undefined> {
    const lines = linesOf(request);
    return lines === undefined ? undefined : await this.#turn(() => this.#read(request.server, lines));
  }

  /** Ends the connections without a request. */
  end(): void {
    for (const connections of this.#waiting.values()) for (const connection of connections) connection.end();
    this.#waiting.clear();
  }

  async #read(server: Server, lines: string): Promise<WholeAnswer> {
    const waiting = this.#waitingFor(server);
    const kept = waiting.pop();
    try {
      return await this.#readOver(kept ?? new ReadConnection(server), waiting, lines);
    } catch (error) {
      // The server may end a connection just when it is used again.
      if (kept?.silent !== true) throw error;
      return await this.#readOver(new ReadConnection(server), waiting, lines);
    }
  }

  async #readOver(connection: ReadConnection, waiting: ReadConnection[], lines: string): Promise<WholeAnswer> {
    const answer = await connection.read(lines);
    if (connection.usable) waiting.push(connection);
    return answer;
  }

  #waitingFor({ protocol, hostname, port }: Server): ReadConnection[] {
    const place = `${protocol}//${hostname}:${port}`;
    const waiting = this.#waiting.get(place) ?? [];
    this.#waiting.set(place, waiting);
    for (let last = waiting.at(-1); last?.usable === false; last = waiting.at(-1)) waiting.pop();
    return waiting;
  }
}

function linesOf({ path, headers }: DirectRead): string | undefined {
  const lines = [`GET ${path} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  return lines.every((line) => /^[\x20-\x7e]+$/.test(line)) ? `${lines.join('\r\n')}\r\n\r\n` : undefined;
}
