import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Instant } from '../../base/clock.ts';
import type { S3Credentials, S3StoreOptions } from './options.ts';
import { RequestHandler } from './request-handler.ts';

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
    requestHandler: new RequestHandler({ ca: options.ca, connections: options.connections ?? defaultConnections }),
    logger: silent,
  });
  keepClock(client, options.now ?? Date.now);
  return client;
}

function keysOf({ sessionToken, ...keys }: S3Credentials): NonNullable<S3ClientConfig['credentials']> {
  return sessionToken === undefined ? keys : { ...keys, sessionToken };
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
