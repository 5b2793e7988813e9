import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from './certificate.ts';
import { CephCluster, type CephStore } from './ceph/cluster.ts';
import { Daemon, freePort, isOpen, run } from './ceph/daemon.ts';

export interface S3User {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A real S3 server: Ceph's gateway over a cluster of its own, on 127.0.0.1, gone when it is disposed of. */
export interface Radosgw extends AsyncDisposable {
  readonly endpoint: string;
  /** The same by TLS, with the certificate in `ca`. */
  readonly tlsEndpoint: string;
  /** Path of a PEM file. */
  readonly ca: string;
  readonly users: { readonly main: S3User; readonly other: S3User };
  /** Runs `radosgw-admin`. */
  admin(...words: readonly string[]): Promise<void>;
  /** Ends the gateway at once, and the store of objects as well, as a power failure does. */
  kill(): Promise<void>;
  /** Starts what was killed, on the same ports. */
  start(): Promise<void>;
  /** Starts the gateway again with a clock that is so far off, as faketime writes it: `+40d`. */
  setClock(offset: string): Promise<void>;
}

/** The one key that the server knows for encryption. */
export { kmsKey } from './ceph/configuration.ts';

const users = {
  main: { accessKeyId: 'mainaccesskey0000001', secretAccessKey: 'mainsecretkey0000000000000000000000001' },
  other: { accessKeyId: 'otheraccesskey000001', secretAccessKey: 'othersecretkey000000000000000000000001' },
} as const;

/** Ports are asked for and used a little later, so another process may take them between: then all starts again. */
export async function startRadosgw(store: CephStore = 'memstore'): Promise<Radosgw> {
  for (let attempt = 1; ; attempt += 1) {
    const server = new RadosgwServer();
    try {
      await server.create(store);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      if (attempt === 3) throw error;
    }
  }
}

class RadosgwServer implements Radosgw {
  readonly users = users;
  readonly #folder = mkdtempSync(join(tmpdir(), 'muster-s3-'));
  readonly #cluster = new CephCluster(this.#folder);
  #ports: readonly [number, number] = [0, 0];
  #gateway: Daemon | undefined;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#ports[0]}`;
  }

  get tlsEndpoint(): string {
    return `https://127.0.0.1:${this.#ports[1]}`;
  }

  get ca(): string {
    return join(this.#folder, 'cert.pem');
  }

  async create(store: CephStore): Promise<void> {
    this.#ports = [await freePort(), await freePort()];
    const { key, cert } = selfSigned();
    writeFileSync(join(this.#folder, 'key.pem'), key);
    writeFileSync(this.ca, cert);
    await this.#cluster.create(store);
    await this.#startGateway();
    for (const [uid, user] of Object.entries(users)) await this.#createUser(uid, user);
  }

  async admin(...words: readonly string[]): Promise<void> {
    await run('radosgw-admin', ['-c', this.#cluster.configuration, ...words]);
  }

  async kill(): Promise<void> {
    await Promise.all([this.#gateway?.end('SIGKILL'), this.#cluster.killObjects()]);
  }

  async start(): Promise<void> {
    await this.#cluster.startObjects();
    await this.#startGateway();
  }

  async setClock(offset: string): Promise<void> {
    await this.#gateway?.end('SIGKILL');
    await this.#startGateway(fakeClock(offset));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.end('SIGKILL');
    await this.#cluster.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startGateway(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const [port, tlsPort] = this.#ports;
    const tls = `ssl_endpoint=127.0.0.1:${tlsPort} ssl_certificate=${this.ca} ssl_private_key=${this.#folder}/key.pem`;
    // Without `tcp_nodelay` every answer waits some 40 ms.
    const listen = `beast endpoint=127.0.0.1:${port} tcp_nodelay=1 ${tls}`;
    const command = ['radosgw', '-c', this.#cluster.configuration, '-n', 'client.rgw', '-f', '--rgw-frontends', listen];
    this.#gateway = new Daemon({ name: 'radosgw', folder: this.#folder, command, env });
    await this.#gateway.until(() => isOpen(port));
  }

  async #createUser(uid: string, user: S3User): Promise<void> {
    const keys = ['--access-key', user.accessKeyId, '--secret-key', user.secretAccessKey];
    await this.admin('user', 'create', '--uid', uid, '--display-name', uid, ...keys);
  }
}

/** Environment of a process whose clock is off, as the program `faketime` makes it, for threads too. */
export function fakeClock(offset: string): Readonly<Record<string, string>> {
  const paths = readdirSync('/usr/lib').map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`);
  const path = paths.find((path) => existsSync(path));
  if (path === undefined) throw new Error('tests need the package libfaketime');
  return { LD_PRELOAD: path, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
