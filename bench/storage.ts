import { execFileSync } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openRestStore } from '../src/storage/rest.ts';
import { openSftpStore } from '../src/storage/sftp.ts';
import type { ObjectStore } from '../src/storage/store.ts';
import { startRestServer } from '../test/servers/rest-server.ts';
import { startSftpServer, type SftpServer } from '../test/servers/sftp.ts';

/*
 * How fast objects go to and come from servers on this machine: `node bench/storage.ts [--objects 8] [--rounds 3]`. Each is
 * 16 MiB, as packs are. For SFTP, OpenSSH's own `sftp` moves the same files to the same server, and the ratio is that of the times.
 * Needs `sshd` and `sftp`.
 */

const { values } = parseArgs({
  options: { objects: { type: 'string', default: '8' }, rounds: { type: 'string', default: '3' } },
});
const mebibyte = 2 ** 20;
const objects = Array.from({ length: Number(values.objects) }, () => randomBytes(16 * mebibyte));
const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));

interface Times {
  readonly write: number;
  readonly read: number;
}

console.log(`${objects.length} × 16 MiB, best of ${values.rounds} rounds, load ${loadavg()[0]?.toFixed(1)}`);
try {
  await compareSftp();
  await measureRest();
} finally {
  rmSync(folder, { recursive: true });
}

async function compareSftp(): Promise<void> {
  await using server = await startSftpServer();
  const store = openSftpStore({
    host: '127.0.0.1',
    port: server.port,
    user: server.user,
    path: join(server.root, 'vault'),
    identity: server.identity,
    passphrase: undefined,
    agent: undefined,
    hostKey: server.hostKey('ed25519').fingerprint,
    knownHosts: undefined,
  });
  await store.prepare?.([]);
  const [ours, theirs]: Times[][] = [[], []];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    ours?.push(await timesOf(store));
    theirs?.push(timesOfSftp(server));
  }
  await store.close?.();
  report('muster, sftp', best(ours ?? []), best(theirs ?? []));
  report('sftp (OpenSSH)', best(theirs ?? []));
}

async function measureRest(): Promise<void> {
  await using server = await startRestServer({ folder: join(folder, 'rest') });
  const url = `http://127.0.0.1:${server.port}/vault/`;
  const store = openRestStore({ url, user: undefined, password: undefined, ca: undefined });
  await store.prepare?.([]);
  const rounds: Times[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) rounds.push(await timesOf(store));
  await store.close?.();
  report('muster, rest (server in this process)', best(rounds));
}

/** Four at once, as a backup does it. Names that are new in each round, for a server that keeps what it has. */
async function timesOf(store: ObjectStore): Promise<Times> {
  const contents = objects.map((bytes) => Buffer.concat([bytes.subarray(8), randomBytes(8)]));
  const names = contents.map(contentName);
  const write = await timeOf(() => inLanes(contents.map((bytes, i) => () => store.put(names[i] ?? '', bytes))));
  const read = await timeOf(() => inLanes(names.map((name) => () => store.get(name))));
  for (const name of names) await store.remove(name);
  return { write, read };
}

function timesOfSftp({ port, user, identity, root }: SftpServer): Times {
  const [here, back] = [join(folder, 'here'), join(folder, 'back')];
  for (const path of [here, back]) mkdirSync(path, { recursive: true });
  objects.forEach((bytes, i) => writeFileSync(join(here, `${i}`), bytes));
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap((one) => [
    '-o',
    one,
  ]);
  const parameters = ['-q', '-f', '-b', '-', '-P', `${port}`, '-i', identity, ...options, `${user}@127.0.0.1`];
  const batch = (input: string): number => {
    const start = performance.now();
    execFileSync('sftp', parameters, { input, stdio: ['pipe', 'ignore', 'inherit'] });
    return performance.now() - start;
  };
  return {
    write: batch(`mput ${here}/* ${root}/`),
    read: batch(objects.map((_, i) => `get ${root}/${i} ${back}/`).join('\n')),
  };
}

async function inLanes(jobs: readonly (() => Promise<unknown>)[]): Promise<void> {
  const left = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = left.pop(); job; job = left.pop()) await job();
  };
  await Promise.all(Array.from({ length: 4 }, lane));
}

async function timeOf(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function best(rounds: readonly Times[]): Times {
  return { write: Math.min(...rounds.map(({ write }) => write)), read: Math.min(...rounds.map(({ read }) => read)) };
}

function report(name: string, own: Times, other?: Times): void {
  const ratio = (key: keyof Times): string =>
    other ? ` (time ${(own[key] / other[key]).toFixed(2)} of that of sftp)` : '';
  console.log(`${name}: write ${speedOf(own.write)}${ratio('write')}, read ${speedOf(own.read)}${ratio('read')}`);
}

function contentName(bytes: Buffer): string {
  const digest = hash('sha256', bytes);
  return `data/${digest.slice(0, 2)}/${digest}`;
}

/** MiB a second, of a time in milliseconds. */
function speedOf(time: number): string {
  return `${((objects.length * 16_000) / time).toFixed(0)} MiB/s`;
}
