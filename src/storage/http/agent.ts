import { readFileSync } from 'node:fs';
import type { Agent as HttpAgent, AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { messageOf, MusterError } from '../../base/error.ts';
import { Agent } from './node-http.ts';

export interface AgentRequest {
  /** Of the server: says whether it is reached by TLS. */
  readonly url: string;
  /** Absolute path of a PEM file with further certificate authorities. */
  readonly ca: string | undefined;
  readonly connections: number;
}

/** Without a byte in either direction; a whole request may take as long as it takes. In milliseconds. */
const patience = 120_000;

/**
 * Keeps connections; proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`). A connection over which nothing comes or
 * goes is ended. Throws `storage-failed` when the file of authorities can't be read.
 */
export function createAgent({ url, ca, connections }: AgentRequest): HttpAgent {
  const options: AgentOptions = {
    keepAlive: true,
    maxSockets: connections,
    scheduling: 'lifo',
    timeout: patience,
    proxyEnv: process.env,
  };
  if (url.startsWith('http:')) return impatient(new Agent(options));
  const authorities = ca === undefined ? {} : { ca: [...getCACertificates('default'), readAuthorities(ca)] };
  return impatient(new TlsAgent({ ...options, ...authorities }));
}

export function readAuthorities(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new MusterError(`cannot read the certificate authorities in ${path}: ${messageOf(error)}`, {
      code: 'storage-failed',
      hint: 'Let `ca` of the storage target name a PEM file that muster may read.',
      cause: error,
    });
  }
}

/** Node says when a connection was silent for too long, and leaves it to others to end it. */
function impatient(agent: HttpAgent): HttpAgent {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    // Through a proxy it is known only later. Plain connections give nothing to the callback.
    const socket = create(options, (...made) => {
      watch(made[1]);
      callback?.(...made);
    });
    watch(socket);
    return socket;
  };
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request);
    // Between requests it had less time: as much as the server keeps it.
    (socket as Socket).setTimeout(patience);
  };
  return agent;
}

function watch(socket: Duplex | null | undefined): void {
  const silence = Object.assign(new Error(`no byte for ${patience / 1000} seconds`), { code: 'ETIMEDOUT' });
  socket?.on('timeout', () => socket.destroy(silence));
}
