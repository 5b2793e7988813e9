import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import type { Called } from '../e2e/muster.ts';
import { startMuster, type Started } from '../e2e/started.ts';
import type { Radosgw } from '../servers/radosgw.ts';
import { makeBucket, type TestBucket } from '../storage/s3/bucket.ts';
import { compareTrees } from '../vault/compare-trees.ts';
import { addNoise, passphrase, run, runJson } from './shop.ts';

export interface CloudOptions {
  /** Where muster finds the server; default: where it is. */
  readonly port?: number;
  /** Further lines of the target in the bucket, such as `retry: { limit: 0 }`. */
  readonly target?: readonly string[];
  /** A second target in the bucket, `twin`. */
  readonly twin?: boolean;
  /** Further storage targets, as lines. */
  readonly storage?: readonly string[];
  /** What is below `storage` of the system. */
  readonly to?: string;
  readonly keep?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A plan whose first target is in a bucket of a real S3 server, and the files that it is about. */
export class Cloud {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly bucket: TestBucket;
  readonly #server: Radosgw;

  /** Gone when the test ends. */
  static async create(server: Radosgw, options: CloudOptions = {}): Promise<Cloud> {
    const bucket = await makeBucket(server);
    const cwd = mkdtempSync(join(tmpdir(), 'muster-cloud-'));
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
    mkdirSync(join(cwd, 'web'));
    writeFileSync(join(cwd, 'web/first'), 'small');
    writeFileSync(join(cwd, 'muster.yaml'), planOf(server, bucket.name, options));
    return new Cloud(server, { cwd, bucket, env: options.env ?? {} });
  }

  private constructor(server: Radosgw, parts: Pick<Cloud, 'cwd' | 'bucket' | 'env'>) {
    this.#server = server;
    const { accessKeyId, secretAccessKey } = server.users.main;
    this.cwd = parts.cwd;
    this.bucket = parts.bucket;
    this.env = { S3_ID: accessKeyId, S3_KEY: secretAccessKey, ...parts.env };
  }

  /** Files of new content: one that makes several packs, and small ones. */
  addFiles(name: string, length: number): void {
    addNoise(this.cwd, name, length);
    mkdirSync(join(this.cwd, 'web', `${name}.d`));
    for (let at = 0; at < 20; at += 1) addNoise(this.cwd, `${name}.d/${at}`, 2000);
  }

  async muster(...args: readonly string[]): Promise<Called> {
    return await run(args, this);
  }

  /** Throws what it says when it ends in any other way than well. */
  async succeed(...args: readonly string[]): Promise<void> {
    const { exitCode, stdout, stderr } = await this.muster(...args);
    if (exitCode !== 0) throw new Error(`muster ${args.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return await runJson<T>(args, this);
  }

  start(...args: readonly string[]): Started {
    return startMuster(args, this);
  }

  /** Resolves when one more pack is in the bucket. */
  async untilWritten(): Promise<void> {
    const before = await this.#packs();
    while ((await this.#packs()) === before) await sleep(50);
  }

  async #packs(): Promise<number> {
    const question = { Bucket: this.bucket.name, Prefix: 'vault/data/' };
    return (await this.bucket.client.send(new ListObjectsV2Command(question))).KeyCount ?? 0;
  }

  async backups(): Promise<readonly ListedBackup[]> {
    return (await this.json<{ backups: readonly ListedBackup[] }>('backups')).backups;
  }

  /** Throws what restic prints when it fails. */
  async restic(args: readonly string[], prefix = 'vault'): Promise<string> {
    const { accessKeyId, secretAccessKey } = this.#server.users.main;
    const env = {
      RESTIC_PASSWORD: passphrase,
      RESTIC_REPOSITORY: `s3:${this.#server.endpoint}/${this.bucket.name}/${prefix}`,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    return (await execa('restic', ['--no-cache', ...args], { env })).stdout;
  }

  /** All that is there can be read, and nothing is missing, as restic sees it. */
  async expectSound(prefix = 'vault'): Promise<void> {
    await this.restic(['unlock', '--remove-all'], prefix);
    const said = await this.restic(['check', '--read-data'], prefix);
    if (!said.includes('no errors were found')) throw new Error(said);
  }

  /** The newest backup is what the files are now. */
  async expectRestored(...args: readonly string[]): Promise<void> {
    const target = join(this.cwd, 'restored');
    await this.succeed('restore', 'web', '--to', target, ...args);
    const found = compareTrees(join(this.cwd, 'web'), join(target, this.cwd, 'web'));
    if (found.length > 0) throw new Error(found.join('\n'));
    rmSync(target, { recursive: true });
  }
}

export interface ListedBackup {
  readonly id: string;
  readonly status: string;
  readonly storage: readonly { readonly name: string; readonly status: string; readonly snapshot: string }[];
}

function planOf(server: Radosgw, bucket: string, options: CloudOptions): string {
  const { port, target = [], storage = [], to = 'to: cloud', keep = 50, twin = false } = options;
  const endpoint = port === undefined ? server.endpoint : `http://127.0.0.1:${port}`;
  const place = (prefix: string): string => `    type: s3
    bucket: ${bucket}
    prefix: ${prefix}
    endpoint: ${endpoint}
    pathStyle: true
    credentials: { accessKeyId: { env: S3_ID }, secretAccessKey: { env: S3_KEY } }
${target.map((line) => `    ${line}\n`).join('')}`;
  return `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  cloud:
${place('vault')}${twin ? `  twin:\n${place('twin')}` : ''}${storage.map((line) => `  ${line}\n`).join('')}
retention: { some: { keep: { last: ${keep} } } }
systems:
  web: { storage: { ${to} }, retention: some, source: { type: files, paths: [./web] } }
`;
}
