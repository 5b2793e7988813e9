import type { Milliseconds } from '../../base/clock.ts';

/** Where and how a store of SFTP is reached: the facts of `SftpStorage`, with its secrets looked up. */
export interface SftpPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Of the vault's folder; relative: from where the server puts the user. */
  readonly path: string;
  /** Absolute path of a private key; undefined: `agent` signs. */
  readonly identity: string | undefined;
  readonly passphrase: string | undefined;
  /** Path of the socket of an SSH agent (`SSH_AUTH_SOCK`). Looked at only where there is no `identity`. */
  readonly agent: string | undefined;
  /** `SHA256:…` */
  readonly hostKey: string | undefined;
  /** Absolute path; looked at only where there is no `hostKey`. */
  readonly knownHosts: string | undefined;
  /** How long the server may leave everything that was asked unanswered. */
  readonly patience: Milliseconds;
}

/** For messages: `sftp muster@backup.example.org:/srv/vault`. */
export function describePlace({ host, port, user, path }: SftpPlace): string {
  return `sftp ${user}@${port === 22 ? host : `${host}:${port}`}:${path}`;
}
