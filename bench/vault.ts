import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildOperation, removeBuild } from './vault/build.ts';
import type { DataSet } from './vault/data-sets.ts';
import { largeFiles, systemFiles, tinyFiles } from './vault/data-sets.ts';
import type { Goal, Run } from './vault/table.ts';
import { header, rowText, sizeText } from './vault/table.ts';

/*
 * Compares a vault with restic: `node bench/vault.ts [--scale 0.05] [--rounds 3] [--sets system,large,tiny]
 * [--steps backup,restore,check] [--folder PLACE]`. Both take turns, each in a process of its own, on vaults that were
 * made alike (so that a passphrase costs both the same). Needs `restic`.
 *
 * Two things make such measurements lie by a factor of two or three, and are taken care of: memory that the system has
 * given back is slow to be had again, so that each run is preceded by a write of junk; and ext4 looks over what was
 * removed minutes ago when new files are made, so that nothing is removed before the end.
 */

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    sets: { type: 'string', default: 'system,large,tiny' },
    steps: { type: 'string', default: 'backup,restore,check' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const scale = Number(values.scale);
const folder = mkdtempSync(join(values.folder, 'muster-bench-'));
const environment = { ...process.env, RESTIC_PASSWORD: 'benchmark', RESTIC_CACHE_DIR: join(folder, 'cache') };
const junkBytes = Math.ceil(2 ** 31 * Math.min(1, scale * 2));
const here = import.meta.dirname;
const operationProgram = buildOperation();

type Tool = 'restic' | 'muster';
type Step = 'first' | 'again' | 'restore' | 'check';

const goals: Readonly<Record<Step, Goal>> = {
  first: { must: 0.6, aim: 0.45 },
  again: { must: 0.6, aim: 0.4 },
  restore: { must: 0.75, aim: 0.55 },
  check: { must: 0.8, aim: 0.5 },
};

try {
  console.log(`scale ${scale}, ${values.rounds} rounds, load ${loadavg()[0]?.toFixed(1)}\n\n${header}`);
  for (const name of values.sets.split(',')) compare(dataSet(name));
} finally {
  rmSync(folder, { recursive: true });
  removeBuild();
}

function dataSet(name: string): DataSet {
  if (name === 'system') return systemFiles(scale);
  return name === 'large' ? largeFiles(join(folder, 'large'), scale) : tinyFiles(join(folder, 'tiny'), scale);
}

function compare(data: DataSet): void {
  const runs = new Map<string, Record<Tool, Run[]>>();
  const note = (what: string, tool: Tool, run: Run): void => {
    const both = runs.get(what) ?? { restic: [], muster: [] };
    both[tool].push(run);
    runs.set(what, both);
  };
  const sizes: Record<Tool, number> = { restic: 0, muster: 0 };
  for (let round = 0; round < Number(values.rounds); round += 1) runRound(data, { round, note, sizes });
  for (const [what, both] of runs) console.log(rowText({ name: `${data.name}: ${what}`, ...both, goal: goalOf(what) }));
  console.log(sizeText(`${data.name}: stored`, sizes.restic, sizes.muster));
}

interface Round {
  readonly round: number;
  readonly note: (what: string, tool: Tool, run: Run) => void;
  readonly sizes: Record<Tool, number>;
}

function runRound(data: DataSet, { round, note, sizes }: Round): void {
  const steps = values.steps.split(',');
  const tools: readonly Tool[] = round % 2 === 0 ? ['restic', 'muster'] : ['muster', 'restic'];
  const vaultOf = (tool: Tool): string => join(folder, `${data.name}-${round}-${tool}`);
  const each = (what: string, step: Step, parameters: (tool: Tool) => readonly string[]): void => {
    for (const tool of tools) note(what, tool, measure(commandOf(tool, step, [vaultOf(tool), ...parameters(tool)])));
  };
  for (const tool of tools) execute(nodeCommand('create', [vaultOf(tool)]));
  each('first backup', 'first', () => data.paths);
  for (const tool of tools) sizes[tool] = bytesIn(vaultOf(tool));
  if (steps.includes('backup')) each('unchanged', 'again', () => data.paths);
  if (steps.includes('backup') && data.change !== undefined) {
    data.change();
    each('2 % changed', 'again', () => data.paths);
  }
  if (steps.includes('restore')) each('restore', 'restore', (tool) => [`${vaultOf(tool)}-restored`]);
  if (steps.includes('check')) each('check every byte', 'check', () => []);
}

function goalOf(what: string): Goal {
  if (what === 'restore') return goals.restore;
  if (what === 'check every byte') return goals.check;
  return what === 'first backup' ? goals.first : goals.again;
}

function commandOf(tool: Tool, step: Step, parameters: readonly string[]): readonly string[] {
  if (tool === 'muster') return nodeCommand(step, parameters);
  const [vault = '', ...rest] = parameters;
  const restic = ['restic', '--quiet', '--repo', vault];
  if (step === 'check') return [...restic, 'check', '--read-data'];
  if (step === 'restore') return durably(rest[0] ?? '', [...restic, 'restore', 'latest', '--target', ...rest]);
  return [...restic, 'backup', ...rest];
}

/** What muster restores is on the disk when it ends; restic leaves that to the system, to be done later. */
function durably(target: string, command: readonly string[]): readonly string[] {
  return ['sh', '-c', '"$@" && sync -f "$0"', target, ...command];
}

function nodeCommand(operation: string, parameters: readonly string[]): readonly string[] {
  return [process.execPath, operationProgram, operation, ...parameters];
}

function measure(command: readonly string[]): Run {
  writeJunk();
  const output = execute([process.execPath, join(here, 'vault/measure.ts'), ...command]);
  // What measure.ts prints.
  return JSON.parse(output) as Run;
}

function execute([program = '', ...parameters]: readonly string[]): string {
  return execFileSync(program, parameters, { encoding: 'utf8', env: environment });
}

function writeJunk(): void {
  const path = join(folder, 'junk');
  const piece = Buffer.alloc(2 ** 24, 'junk');
  writeFileSync(path, '');
  for (let done = 0; done < junkBytes; done += piece.length) writeFileSync(path, piece, { flag: 'a' });
  execFileSync('sync');
  rmSync(path);
}

function bytesIn(place: string): number {
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
