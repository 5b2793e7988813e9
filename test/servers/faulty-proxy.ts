import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** How many requests, or connections, came. */
  readonly seen: number;
  /** How many of them were spoilt. */
  readonly spoilt: number;
}

/**
 * What becomes of a request. `refuse`: it never reaches the server. `lie`: the server does what it says, and the answer is
 * an error all the same. `drop`: the server does it, and the connection ends without an answer.
 */
export type RequestFate =
  | 'pass'
  | 'drop'
  | { readonly kind: 'refuse' | 'lie'; readonly status: number; readonly body?: string | undefined };

/** An HTTP proxy on 127.0.0.1, before a server there. `fate` is asked for each request, counted from 1. */
export async function startHttpProxy(
  port: number,
  fate: (count: number, request: IncomingMessage) => RequestFate,
): Promise<FaultyProxy> {
  const counts = { seen: 0, spoilt: 0 };
  const server = createServer((incoming, response) => {
    counts.seen += 1;
    const chosen = fate(counts.seen, incoming);
    if (chosen !== 'pass') counts.spoilt += 1;
    void forward(port, { incoming, response, chosen }).catch(() => incoming.socket.destroy());
  });
  return proxyOn(server, counts, () => server.closeAllConnections());
}

interface Forwarded {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly chosen: RequestFate;
}

async function forward(port: number, { incoming, response, chosen }: Forwarded): Promise<void> {
  const body = await buffer(incoming);
  if (typeof chosen === 'object' && chosen.kind === 'refuse')
    return void response.writeHead(chosen.status).end(chosen.body);
  const { method, url: path, rawHeaders: headers } = incoming;
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers: [...headers], agent: false });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const content = await buffer(answer);
  if (chosen === 'drop') return void incoming.socket.destroy();
  if (typeof chosen === 'object') return void response.writeHead(chosen.status).end(chosen.body);
  response.writeHead(answer.statusCode ?? 500, answer.rawHeaders).end(content);
}

/** After how many bytes in a direction a connection is cut; undefined: never. */
export interface Cut {
  readonly up?: number;
  readonly down?: number;
}

/** A TCP proxy on 127.0.0.1, before a server there. `cut` is asked for each connection, counted from 1. */
export async function startCuttingProxy(port: number, cut: (count: number) => Cut | undefined): Promise<FaultyProxy> {
  const counts = { seen: 0, spoilt: 0 };
  const open = new Set<Socket>();
  const server = createTcpServer((near) => {
    counts.seen += 1;
    const far = connect(port, '127.0.0.1');
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket
        .setNoDelay(true)
        .on('error', end)
        .on('close', () => (open.delete(socket), end()));
    }
    const { up = Infinity, down = Infinity } = cut(counts.seen) ?? {};
    const spoil = (): void => {
      counts.spoilt += 1;
      end();
    };
    passOn(near, far, { most: up, spoil });
    passOn(far, near, { most: down, spoil });
  });
  return proxyOn(server, counts, () => {
    for (const socket of open) socket.destroy();
  });
}

interface Passing {
  readonly most: number;
  readonly spoil: () => void;
}

function passOn(from: Socket, to: Socket, { most, spoil }: Passing): void {
  let left = most;
  from.on('data', (bytes: Buffer) => {
    if (to.destroyed) return;
    const part = bytes.subarray(0, left);
    left -= part.length;
    const isLast = part.length < bytes.length;
    if (to.write(part, isLast ? spoil : undefined) || isLast) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
}

async function proxyOn(
  server: Server,
  counts: { readonly seen: number; readonly spoilt: number },
  close: () => void,
): Promise<FaultyProxy> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get seen() {
      return counts.seen;
    },
    get spoilt() {
      return counts.spoilt;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      close();
      await closed;
    },
  };
}
