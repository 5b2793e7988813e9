import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { DirectReads } from '../../../src/storage/http/direct-reads.ts';
import type { Server } from '../../../src/storage/http/read-connection.ts';
import { selfSigned } from '../../servers/certificate.ts';

interface TestServer extends AsyncDisposable {
  readonly server: Server;
  /** As many as were made. */
  readonly sockets: readonly Socket[];
}

const certificate = selfSigned();

async function serve(protocol: 'http:' | 'https:', answer: RequestListener): Promise<TestServer> {
  const server = protocol === 'http:' ? createServer(answer) : createTlsServer(certificate, answer);
  const sockets: Socket[] = [];
  server.on(protocol === 'http:' ? 'connection' : 'secureConnection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const secureContext = createSecureContext({ ca: certificate.cert });
  return {
    server: { protocol, hostname: '127.0.0.1', port, secureContext },
    sockets,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const large = Buffer.alloc(3_000_000, 'some bytes ');

describe('reads over kept connections', () => {
  const reads = new DirectReads(4);
  afterEach(() => reads.end());
  const read = async (server: Server, path = '/a'): Promise<string | undefined> => {
    const headers = { host: `${server.hostname}:${server.port}` };
    const answer = await reads.read({ server, path, headers });
    return answer && `${answer.head.status} ${String(answer.body)}`;
  };

  test.each(['http:', 'https:'] as const)('many at once, no more than were allowed, by %s', async (protocol) => {
    await using served = await serve(protocol, ({ url }, response) => response.end(`${url} ${String(large)}`));
    const paths = Array.from({ length: 20 }, (_, number) => `/${number}`);
    const answers = await Promise.all(paths.map((path) => read(served.server, path)));
    expect(answers).toEqual(paths.map((path) => `200 ${path} ${String(large)}`));
    expect(served.sockets).toHaveLength(4);
  });

  test('go to a new connection when the server has ended the old one', async () => {
    await using served = await serve('http:', (_, response) => response.end('ok'));
    expect(await read(served.server)).toBe('200 ok');
    served.sockets[0]?.destroy();
    expect(await read(served.server)).toBe('200 ok');
    expect(served.sockets).toHaveLength(2);
  });

  test('end a connection that is to be ended', async () => {
    await using served = await serve('http:', (_, response) => response.setHeader('connection', 'close').end('ok'));
    expect(await read(served.server)).toBe('200 ok');
    expect(await read(served.server)).toBe('200 ok');
    expect(served.sockets).toHaveLength(2);
  });

  test('understand answers without a length, in chunks or up to the end', async () => {
    await using served = await serve('http:', ({ url }, response) => {
      if (url === '/end') response.useChunkedEncodingByDefault = false;
      response.writeHead(403).write('no, ');
      response.end('never');
    });
    expect(await read(served.server, '/chunks')).toBe('403 no, never');
    expect(await read(served.server, '/end')).toBe('403 no, never');
  });

  test('fail when an answer breaks off, and are not made again', async () => {
    let requests = 0;
    await using served = await serve('http:', (_, response) => {
      requests += 1;
      if (requests === 1) response.end('ok');
      else response.writeHead(200, { 'content-length': '100' }).write('only this', () => response.destroy());
    });
    expect(await read(served.server)).toBe('200 ok');
    await expect(read(served.server)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(2);
  });

  test('tell where there is no server, and a certificate that nobody knows', async () => {
    const gone = await serve('http:', (_, response) => response.end());
    await gone[Symbol.asyncDispose]();
    await expect(read(gone.server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await using served = await serve('https:', (_, response) => response.end('ok'));
    const untrusting = { ...served.server, secureContext: undefined };
    await expect(read(untrusting)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  test('leave alone what no header can hold', async () => {
    await using served = await serve('http:', (_, response) => response.end('ok'));
    const { server } = served;
    expect(await reads.read({ server, path: '/', headers: { a: 'b\r\nc: d' } })).toBeUndefined();
  });
});
