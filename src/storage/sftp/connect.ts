import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { AuthMethod, CipherAlgorithm, Client, SFTPWrapper } from 'ssh2';
import { messageOf, MusterError } from '../../base/error.ts';
import { ConnectionLost, sftpFault } from './fault.ts';
import { type HostKeyType, type HostTrust, hostTrustOf, type Refusal } from './host-key.ts';
import { loginOf, refusedLogin, withoutAgent } from './login.ts';
import { describePlace, type SftpPlace } from './place.ts';
import { SftpSession } from './session.ts';

/**
 * Logs in. Throws `storage-refused` when the host isn't the one that is meant, or doesn't let the user in, and
 * `storage-unreachable` when it doesn't answer.
 */
export async function connect(place: SftpPlace): Promise<SftpSession> {
  const login = await loginOf(place);
  const trust = await hostTrustOf(place);
  let types = trust.types;
  let first: Refusal | undefined;
  for (;;) {
    const outcome = await attempt({ place, trust, login, types });
    if (outcome instanceof SftpSession) return outcome;
    first ??= outcome.refusal;
    const another = outcome.refusal?.otherThan;
    if (another === undefined) throw first?.error ?? explain(outcome.error, place, login);
    types = types.filter(({ type }) => type !== another);
  }
}

/** Those that processors and OpenSSL are fast at come first; none that only stays for old servers. */
const ciphers: readonly CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes256-ctr',
  'aes192-ctr',
  'aes128-ctr',
];

const handshakePatience = 30_000;

interface Try {
  readonly place: SftpPlace;
  readonly trust: HostTrust;
  readonly login: AuthMethod;
  readonly types: readonly HostKeyType[];
}

interface Failure {
  readonly error: unknown;
  /** Why the host isn't the one that is meant, when that was it. */
  readonly refusal: Refusal | undefined;
}

async function attempt({ place, trust, login, types }: Try): Promise<SftpSession | Failure> {
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  const socket = createConnection({ host: place.host, port: place.port, noDelay: true });
  // Faults that come after the first one have nobody to tell.
  client.on('error', () => {});
  let refusal: Refusal | undefined;
  try {
    client.connect({
      sock: socket,
      username: login.username,
      authHandler: [login],
      algorithms: { cipher: [...ciphers], serverHostKey: types.flatMap(({ algorithms }) => algorithms) },
      hostVerifier: (key: Buffer) => (refusal = trust.judge(key)) === undefined,
      readyTimeout: handshakePatience,
    });
    await readyOf(client);
    return new SftpSession({ client, sftp: await channelOf(client), socket, patience: place.patience });
  } catch (error) {
    client.end();
    socket.destroy();
    return { error, refusal };
  }
}

async function readyOf(client: Client): Promise<void> {
  const ended = new AbortController();
  client.once('close', () => ended.abort());
  try {
    await once(client, 'ready', { signal: ended.signal });
  } catch (error) {
    throw ended.signal.aborted ? new ConnectionLost('the server closed it before anything was said') : error;
  }
}

async function channelOf(client: Client): Promise<SFTPWrapper> {
  return await new Promise((resolve, reject) => {
    client.once('close', () => reject(new ConnectionLost('it was closed')));
    client.sftp((error, sftp) => (error ? reject(new NoFileTransfer(error.message)) : resolve(sftp)));
  });
}

class NoFileTransfer extends Error {}

function explain(error: unknown, place: SftpPlace, login: AuthMethod): MusterError {
  if (error instanceof NoFileTransfer) return withoutFileTransfer(place, error);
  const level = error instanceof Error && 'level' in error ? error.level : undefined;
  if (level === 'client-authentication') return refusedLogin(place, login.type);
  if (level === 'agent') return withoutAgent(place, error);
  const cause = level === 'client-timeout' || level === 'protocol' ? new ConnectionLost(messageOf(error)) : error;
  return sftpFault(cause, { doing: 'read', what: 'anything', store: describePlace(place) });
}

function withoutFileTransfer(place: SftpPlace, error: Error): MusterError {
  return new MusterError(`${place.host} lets ${place.user} in, but offers no file transfer: ${error.message}`, {
    code: 'storage-refused',
    hint: 'Put `Subsystem sftp internal-sftp` into sshd_config on that host, and see that the user may use it.',
    cause: error,
  });
}
