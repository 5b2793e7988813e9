import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { Incoming, type WholeAnswer } from './incoming.ts';

export interface Server {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  /** With the authorities that are trusted; undefined: the usual ones. */
  readonly secureContext?: SecureContext | undefined;
}

/** In milliseconds: until a connection is there; without a byte in either direction. */
const patience = { connecting: 15_000, silent: 120_000 };

/**
 * A connection over which one object after the other is read, each straight into the memory where it is wanted: the usual
 * client of Node gives each 64 KiB memory of their own, copies them twice, and thousands of them have to be freed again.
 */
export class ReadConnection {
  /** False when it has ended, or has to. */
  usable = true;
  readonly #socket: Socket;
  #incoming = new Incoming();
  #settle: Settle | undefined;

  constructor(server: Server) {
    this.#socket = this.#connect(server);
    this.#socket.setTimeout(patience.connecting);
    const ready = server.protocol === 'https:' ? 'secureConnect' : 'connect';
    this.#socket.once(ready, () => this.#socket.setTimeout(patience.silent));
    this.#socket.on('timeout', () => this.#fail(timeout()));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('end', () => this.#end());
    this.#socket.on('close', () => this.#end());
  }

  /** True when nothing of an answer has come: another connection may still get it. */
  get silent(): boolean {
    return this.#incoming.silent;
  }

  /** The whole answer to a GET request, whose head `lines` is. One at a time. Throws what sockets throw, and `TimeoutError`. */
  async read(lines: string): Promise<WholeAnswer> {
    this.#socket.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#settle = { resolve, reject };
        this.#socket.write(lines, 'latin1');
      });
    } finally {
      this.#settle = undefined;
      // A process doesn't go on because a connection is kept.
      this.#socket.unref();
    }
  }

  end(): void {
    this.usable = false;
    this.#socket.destroy();
  }

  #connect({ protocol, hostname, port, secureContext }: Server): Socket {
    const onread = { buffer: () => this.#incoming.room(), callback: (count: number) => this.#take(count) };
    const host = hostname.replace(/^\[|\]$/g, '');
    const options = { host, port, onread, noDelay: true, keepAlive: true };
    if (protocol === 'http:') return connectPlain(options);
    const servername = isIP(host) === 0 ? host : '';
    return connectTls({ ...options, servername, ...(secureContext && { secureContext }), ALPNProtocols: ['http/1.1'] });
  }

  /** False: nothing more is to be read. */
  #take(count: number): boolean {
    if (this.#settle === undefined) this.end();
    else this.#tryTo(() => this.#incoming.take(count));
    return this.usable;
  }

  #end(): void {
    this.#tryTo(() => this.#incoming.end());
    this.#fail(Object.assign(new Error('the server has ended the connection'), { code: 'ECONNRESET' }));
  }

  #tryTo(take: () => WholeAnswer | undefined): void {
    try {
      const answer = take();
      if (answer !== undefined) this.#finish(answer);
    } catch (error) {
      this.#fail(error);
    }
  }

  #finish(answer: WholeAnswer): void {
    this.#incoming = new Incoming();
    const { length, headers } = answer.head;
    if (typeof length !== 'number' || headers['connection']?.toLowerCase() === 'close') this.end();
    this.#settle?.resolve(answer);
  }

  #fail(error: unknown): void {
    this.#settle?.reject(error);
    this.end();
  }
}

interface Settle {
  readonly resolve: (answer: WholeAnswer) => void;
  readonly reject: (error: unknown) => void;
}

function timeout(): Error {
  return Object.assign(new Error('no answer came in time'), { name: 'TimeoutError' });
}
