import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Instant } from '../../base/clock.ts';
import { readAuthorities } from '../http/agent.ts';
import type { S3Credentials, S3StoreOptions } from '../s3.ts';

export const defaultConnections = 8;

/** A client that makes each request once; proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`). */
export function createClient(options: S3StoreOptions): S3Client {
  const { endpoint, region, credentials } = options;
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    // Other servers than Amazon's have no regions, but a request can't be signed without one.
    ...((region !== undefined || endpoint !== undefined) && { region: region ?? 'us-east-1' }),
    ...(credentials && { credentials: keysOf(credentials) }),
    forcePathStyle: options.pathStyle,
    followRegionRedirects: endpoint === undefined,
    maxAttempts: 1,
    // Many servers refuse streams with trailing checksums, or ignore them. Content-MD5 is sent instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The library would leave our agent, and with it authorities and proxy, to wait for the answer.
    expectContinueHeader: false,
    requestHandler: requestHandler(options),
    logger: silent,
  });
  keepClock(client, options.now ?? Date.now);
  return client;
}

function keysOf({ sessionToken, ...keys }: S3Credentials): NonNullable<S3ClientConfig['credentials']> {
  return sessionToken === undefined ? keys : { ...keys, sessionToken };
}

function requestHandler({ ca, connections = defaultConnections }: S3StoreOptions): NodeHttpHandler {
  // Parts of large objects go beside the requests that the plan allows.
  const agent = { keepAlive: true, maxSockets: connections * 2, proxyEnv: process.env };
  const authorities = ca === undefined ? {} : { ca: [...getCACertificates('default'), readAuthorities(ca)] };
  return new NodeHttpHandler({
    httpAgent: new PlainAgent(agent),
    httpsAgent: new TlsAgent({ ...agent, ...authorities }),
    connectionTimeout: 15_000,
    // Without a byte in either direction; a whole request may take as long as it takes.
    socketTimeout: 120_000,
  });
}

/**
 * The library would correct a clock that is wrong, silently. But a backup bears the time of this machine, and locks of
 * objects end by it; so a wrong clock is told.
 */
function keepClock(client: S3Client, now: () => Instant): void {
  Object.defineProperty(client.config, 'systemClockOffset', { get: () => now() - Date.now(), set: ignore });
}

const ignore = (): void => undefined;

const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
