import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRadosgw } from '../test/servers/radosgw.ts';
import { buildOperation, removeBuild } from './vault/build.ts';
import type { DataSet } from './vault/data-sets.ts';
import { largeFiles, systemFiles, tinyFiles } from './vault/data-sets.ts';
import type { Goal, Run } from './vault/table.ts';
import { header, rowText } from './vault/table.ts';

/*
 * Compares a vault in a bucket with restic's S3 backend: `node bench/remote.ts [--scale 0.05] [--rounds 3]
 * [--sets system,large,tiny] [--folder PLACE]`. Both take turns, each in a process of its own, on vaults that were made alike, at a
 * Ceph gateway on this machine, which keeps its objects in memory. Needs `restic` and the packages of Ceph.
 */

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '0.1' },
    rounds: { type: 'string', default: '3' },
    sets: { type: 'string', default: 'system,large,tiny' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const scale = Number(values.scale);
const goals: Readonly<Record<string, Goal>> = {
  'first backup': { must: 0.7, aim: 0.5 },
  unchanged: { must: 1, aim: 0.7 },
  restore: { must: 0.7, aim: 0.5 },
  'check every byte': { must: 1, aim: 0.7 },
};

type Tool = 'restic' | 'muster';

const folder = mkdtempSync(join(values.folder, 'muster-bench-'));
const operationProgram = buildOperation('remote');
await using server = await startRadosgw();
const environment = {
  ...process.env,
  RESTIC_PASSWORD: 'benchmark',
  AWS_ACCESS_KEY_ID: server.users.main.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.users.main.secretAccessKey,
  BENCH_ENDPOINT: server.endpoint,
};
let buckets = 0;

try {
  console.log(`scale ${scale}, ${values.rounds} rounds, load ${loadavg()[0]?.toFixed(1)}\n\n${header}`);
  for (const name of values.sets.split(',')) await compare(dataSet(name));
} finally {
  rmSync(folder, { recursive: true });
  removeBuild();
}

function dataSet(name: string): DataSet {
  if (name === 'system') return systemFiles(scale);
  return name === 'large' ? largeFiles(join(folder, 'large'), scale) : tinyFiles(join(folder, 'tiny'), scale);
}

async function compare(data: DataSet): Promise<void> {
  const runs = new Map<string, Record<Tool, Run[]>>();
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const { what, tool, run } of await runRound(data, round)) {
      const both = runs.get(what) ?? { restic: [], muster: [] };
      both[tool].push(run);
      runs.set(what, both);
    }
  }
  const usual = { must: 1, aim: 1 };
  for (const [what, both] of runs)
    console.log(rowText({ name: `${data.name}: ${what}`, ...both, goal: goals[what] ?? usual }));
}

interface Measured {
  readonly what: string;
  readonly tool: Tool;
  readonly run: Run;
}

/** Each tool has a bucket and a cache of its own; a restore begins without a cache, as on a new machine. */
async function runRound(data: DataSet, round: number): Promise<readonly Measured[]> {
  const tools: readonly Tool[] = round % 2 === 0 ? ['restic', 'muster'] : ['muster', 'restic'];
  const measured: Measured[] = [];
  const names = new Map<Tool, string>();
  for (const tool of tools) {
    names.set(tool, await newBucket());
    execute(nodeCommand('create', [names.get(tool) ?? '']), tool);
  }
  const each = (what: string, step: string, parameters: (tool: Tool) => readonly string[]): void => {
    for (const tool of tools) {
      const command = commandOf(tool, step, [names.get(tool) ?? '', ...parameters(tool)]);
      measured.push({ what, tool, run: measure(command, tool) });
    }
  };
  each('first backup', 'first', () => data.paths);
  each('unchanged', 'again', () => data.paths);
  for (const tool of tools) rmSync(cacheOf(tool), { recursive: true, force: true });
  each('restore', 'restore', (tool) => [join(folder, `${data.name}-${round}-${tool}`)]);
  each('check every byte', 'check', () => []);
  for (const tool of tools) rmSync(cacheOf(tool), { recursive: true, force: true });
  return measured;
}

async function newBucket(): Promise<string> {
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: server.users.main,
  });
  buckets += 1;
  await client.send(new CreateBucketCommand({ Bucket: `bench-${buckets}` }));
  client.destroy();
  return `bench-${buckets}`;
}

function cacheOf(tool: Tool): string {
  return join(folder, `cache-${tool}`);
}

function commandOf(tool: Tool, step: string, parameters: readonly string[]): readonly string[] {
  if (tool === 'muster') return nodeCommand(step, parameters);
  const [bucket = '', ...rest] = parameters;
  const restic = ['restic', '--quiet', '--cache-dir', cacheOf(tool), '--repo', `s3:${server.endpoint}/${bucket}`];
  if (step === 'check') return [...restic, 'check', '--read-data'];
  if (step === 'restore') return [...restic, 'restore', 'latest', '--target', ...rest];
  return [...restic, 'backup', ...rest];
}

function nodeCommand(operation: string, parameters: readonly string[]): readonly string[] {
  return [process.execPath, operationProgram, operation, ...parameters];
}

function measure(command: readonly string[], tool: Tool): Run {
  const output = execute([process.execPath, join(import.meta.dirname, 'vault/measure.ts'), ...command], tool);
  // What measure.ts prints.
  return JSON.parse(output) as Run;
}

function execute([program = '', ...parameters]: readonly string[], tool: Tool): string {
  const env = { ...environment, BENCH_CACHE: cacheOf(tool) };
  return execFileSync(program, parameters, { encoding: 'utf8', env });
}
