import type { Socket } from 'node:net';
import type { Client, SFTPWrapper, Stats } from 'ssh2';
import type { Milliseconds } from '../../base/clock.ts';
import { ConnectionLost } from './fault.ts';

/** What ssh2 calls when the server has answered. */
export type Answer<T> = (error?: Error | null, value?: T) => void;

/** One connection with one channel of file transfer on it. Many requests may be under way at once. */
export class SftpSession {
  /** Resolves when the connection is no more. */
  readonly ended: Promise<void>;
  /** False once the server has refused to sync a folder: few servers but OpenSSH's can. */
  syncsFolders = true;
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;
  readonly #socket: Socket;
  readonly #open = new Set<(error: Error) => void>();
  readonly #watch: NodeJS.Timeout;
  readonly #end: () => void;
  #lost: ConnectionLost | undefined;
  #heardAt = Date.now();

  constructor(parts: SessionParts) {
    this.#client = parts.client;
    this.#sftp = parts.sftp;
    this.#socket = parts.socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    for (const source of [parts.client, parts.sftp]) {
      source.on('error', (error: Error) => this.#lose(error.message));
      source.on('close', () => this.#lose('it was closed'));
    }
    this.#watch = setInterval(() => this.#look(parts.patience), parts.patience / 8).unref();
    this.isIdle(true);
  }

  /** Throws `ConnectionLost`, or an error with the number that the server answered with as its `code`. */
  async request<T>(send: (sftp: SFTPWrapper, answer: Answer<T>) => void): Promise<T> {
    if (this.#lost) throw this.#lost;
    return await new Promise<T>((resolve, reject) => {
      this.#open.add(reject);
      const answer: Answer<T> = (error, value) => {
        this.#open.delete(reject);
        this.#heardAt = Date.now();
        // What a request answers with is there when there is no error, or is `void`.
        if (!error) resolve(value as T);
        else reject(isStatus(error) ? error : (this.#lost ?? error));
      };
      try {
        send(this.#sftp, answer);
      } catch (error) {
        answer(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /** Of what a symbolic link points to. */
  async stat(path: string): Promise<Stats> {
    return await this.request((sftp, answer) => sftp.stat(path, answer));
  }

  /** Of a symbolic link itself. */
  async lstat(path: string): Promise<Stats> {
    return await this.request((sftp, answer) => sftp.lstat(path, answer));
  }

  /** An idle connection doesn't keep the process alive. */
  isIdle(idle: boolean): void {
    if (idle) this.#socket.unref();
    else this.#socket.ref();
  }

  async close(): Promise<void> {
    this.#client.end();
    // A server that doesn't answer the farewell is left.
    const left = setTimeout(() => this.#socket.destroy(), 2000);
    await this.ended;
    clearTimeout(left);
  }

  /** The server answers something, however slow, as long as it lives. When nothing is asked, it is asked for nothing. */
  #look(patience: Milliseconds): void {
    const silence = Date.now() - this.#heardAt;
    if (this.#open.size === 0) {
      if (silence > patience / 4)
        void this.request<string>((sftp, answer) => sftp.realpath('.', answer)).catch(() => {});
    } else if (silence > patience) {
      this.#lose(`no answer for ${Math.round(patience / 1000)} seconds`);
      this.#socket.destroy();
    }
  }

  #lose(why: string): void {
    if (this.#lost) return;
    this.#lost = new ConnectionLost(why);
    clearInterval(this.#watch);
    this.#client.end();
    for (const reject of this.#open) reject(this.#lost);
    this.#open.clear();
    this.#end();
  }
}

export interface SessionParts {
  readonly client: Client;
  readonly sftp: SFTPWrapper;
  readonly socket: Socket;
  readonly patience: Milliseconds;
}

/** What the server answered, in contrast to what became of the connection, or of a request that can't be made. */
function isStatus(error: Error): boolean {
  return ('code' in error && typeof error.code === 'number') || isNotOffered(error);
}

/** True when the server doesn't offer the extension of the protocol that was asked for. */
export function isNotOffered(error: unknown): boolean {
  return error instanceof Error && error.message.includes('does not support this extended request');
}
