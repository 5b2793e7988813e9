import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpServer extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly ReceivedRequest[];
}

/** Called for each request, counted from 1; answers it, or lets it hang. */
export type Answer = (response: ServerResponse, count: number) => void;

export const answerOk: Answer = (response) => {
  response.writeHead(204).end();
};

/** A real HTTP server on 127.0.0.1 that keeps what it gets; with `tls`, an HTTPS server. */
export async function startHttpServer(answer: Answer = answerOk, tls?: ServerOptions): Promise<HttpServer> {
  const received: ReceivedRequest[] = [];
  const server = tls ? createTlsServer(tls) : createServer();
  server.on('request', (request, response) => {
    void (async () => {
      const body = await text(request);
      received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      answer(response, received.length);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
