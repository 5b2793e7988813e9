import { execFileSync, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type SftpServer, startSftpServer } from '../test/servers/sftp.ts';

/*
 * How long commands take that only look, when a storage target holds very many objects:
 * `node bench/storage-scale.ts [--objects 100000]`. A local folder, and the same over SFTP. Needs `sshd`.
 */

const { values } = parseArgs({ options: { objects: { type: 'string', default: '100000' } } });
const program = resolve(import.meta.dirname, '../src/muster.js');
const objects = Number(values.objects);
const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
const environment = { ...process.env, MUSTER_PASSPHRASE: 'correct horse battery staple', NO_COLOR: '1' };

const server = await startSftpServer();
try {
  writeFileSync(join(folder, 'muster.yaml'), planOf(server));
  mkdirSync(join(folder, 'web'));
  writeFileSync(join(folder, 'web/index.html'), '<h1>shop</h1>');
  const vaults = [join(folder, 'disk'), join(server.root, 'vault')];
  mkdirSync(join(server.root, 'vault'));
  run('backup', 'web');
  for (const vault of vaults) fill(vault);
  console.log(`${objects} objects in each of two targets, load ${loadavg()[0]?.toFixed(1)}`);
  for (const args of [
    ['status'],
    ['backups'],
    ['copy', '--dry-run'],
    ['copy', '--dry-run', '--to', 'disk'],
    ['copy', '--dry-run', '--to', 'host'],
    ['prune', '--dry-run'],
    ['storage', 'check', 'disk'],
    ['storage', 'check', 'host'],
    ['verify', '--level', 'basic'],
    ['backup', 'web'],
  ])
    measure(args);
} finally {
  await server[Symbol.asyncDispose]();
  execFileSync('rm', ['-r', folder]);
}

/** Files named as packs are, that no index lists. */
function fill(vault: string): void {
  for (let at = 0; at < objects; at += 1) {
    const name = hash('sha256', `${at}`);
    writeFileSync(join(vault, 'data', name.slice(0, 2), name), 'a pack');
  }
}

function measure(args: readonly string[]): void {
  const begun = performance.now();
  const { status, stdout } = run(...args);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `${args.join(' ').padEnd(32)} ${seconds.padStart(6)} s, exit ${status}, ${stdout.split('\n').length} lines`,
  );
}

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, env: environment, encoding: 'utf8' });
}

function planOf({ port, user, root, identity, hostKey }: SftpServer): string {
  return `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  disk: { type: local, path: ./disk }
  host:
    type: sftp
    host: 127.0.0.1
    port: ${port}
    user: ${user}
    path: ${join(root, 'vault')}
    identity: ${identity}
    hostKey: "${hostKey('ed25519').fingerprint}"
systems:
  web: { storage: { to: disk, copies: [host] }, source: { type: files, paths: [./web] } }
`;
}
