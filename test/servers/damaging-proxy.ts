import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface DamagingProxy extends AsyncDisposable {
  readonly endpoint: string;
}

/** Before a server without TLS: passes everything on, but for one bit of each body, on the way there or back. */
export async function startDamagingProxy(target: string, way: 'there' | 'back' = 'there'): Promise<DamagingProxy> {
  const proxy = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const { method, url, headers } = request;
      const passed = send(new URL(url ?? '/', target), { method, headers }, (answer) => {
        void (async () => {
          const answered = await buffer(answer);
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          response.end(way === 'back' ? damaged(answered) : answered);
        })();
      });
      passed.end(way === 'there' ? damaged(body) : body);
    })();
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

function damaged(body: Buffer): Buffer {
  if (body.length > 0) body[0] = (body[0] ?? 0) ^ 1;
  return body;
}
