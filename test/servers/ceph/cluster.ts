import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, freePort, run } from './daemon.ts';
import { configuration } from './configuration.ts';

/** Memory forgets everything when it ends; blocks in a file survive kill -9. */
export type CephStore = 'memstore' | 'bluestore';

/** One monitor and one daemon for objects, of the real Ceph. */
export class CephCluster {
  readonly folder: string;
  readonly configuration: string;
  #monitor: Daemon | undefined;
  #objects: Daemon | undefined;

  constructor(folder: string) {
    this.folder = folder;
    this.configuration = join(folder, 'ceph.conf');
  }

  async create(store: CephStore): Promise<void> {
    const [fsid, port] = [randomUUID(), await freePort()];
    for (const name of ['mon', 'osd', 'log', 'run']) mkdirSync(join(this.folder, name));
    writeFileSync(this.configuration, configuration({ folder: this.folder, fsid, port, store }));
    const map = join(this.folder, 'monmap');
    const address = `[v2:127.0.0.1:${port}/0]`;
    await run('monmaptool', ['--create', '--clobber', '--fsid', fsid, '--addv', 'a', address, map]);
    await run('ceph-mon', ['-c', this.configuration, '--mkfs', '-i', 'a', '--monmap', map]);
    this.#startMonitor();
    await this.#createObjects();
    await this.startObjects();
  }

  async startObjects(): Promise<void> {
    const log = join(this.folder, 'log/osd.0.log');
    rmSync(log, { force: true });
    this.#objects = this.#daemon('ceph-osd', '0');
    // The gateway loses seconds when it starts before this.
    await this.#objects.until(() => existsSync(log) && readFileSync(log, 'utf8').includes('booting -> active'));
  }

  async killObjects(): Promise<void> {
    await this.#objects?.end('SIGKILL');
  }

  async end(): Promise<void> {
    await Promise.all([this.#objects?.end('SIGKILL'), this.#monitor?.end('SIGKILL')]);
  }

  #startMonitor(): void {
    this.#monitor = this.#daemon('ceph-mon', 'a');
  }

  async #createObjects(): Promise<void> {
    const uuid = randomUUID();
    await run('ceph', ['-c', this.configuration, 'osd', 'new', uuid, '0']);
    await run('ceph-osd', ['-c', this.configuration, '-i', '0', '--mkfs', '--osd-uuid', uuid]);
  }

  #daemon(program: string, id: string): Daemon {
    const command = [program, '-c', this.configuration, '-i', id, '-f'];
    return new Daemon({ name: program, folder: this.folder, command });
  }
}
