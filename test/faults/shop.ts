import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { program } from '../e2e/muster.ts';
import type { Called } from '../e2e/muster.ts';

export const passphrase = 'correct horse battery staple';

/** A plan with one system, its source, and its one vault at `vault`. */
export function planOf(vault: string): string {
  return `muster: 1
name: shop
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }
storage:
  primary: { type: local, path: ${vault} }
retention:
  some: { keep: { last: 50 } }
tiers:
  standard: { storage: { to: primary }, retention: some }
systems:
  web: { tier: standard, source: { type: files, paths: [./web] } }
`;
}

/** A new folder with a plan and a small source; whoever makes it removes it. */
export function makeSite(vault = './vault'): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-faults-'));
  mkdirSync(join(folder, 'web'));
  writeFileSync(join(folder, 'muster.yaml'), planOf(vault));
  writeFileSync(join(folder, 'web/first'), 'small');
  return folder;
}

/** Content that no compression makes smaller. */
export function addNoise(folder: string, name: string, length: number): void {
  writeFileSync(join(folder, 'web', name), randomBytes(length));
}

export interface RunOptions {
  readonly cwd: string;
  /** A program, with its arguments, that starts muster. */
  readonly within?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function run(args: readonly string[], { cwd, within = [], env = {} }: RunOptions): Promise<Called> {
  const [file = '', ...rest] = [...within, process.execPath, program, ...args];
  const { exitCode, stdout, stderr } = await execa(file, rest, {
    cwd,
    env: { MUSTER_PASSPHRASE: passphrase, NO_COLOR: '1', ...env },
    stdin: 'ignore',
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

export async function runJson<T>(args: readonly string[], options: RunOptions): Promise<T> {
  return JSON.parse((await run([...args, '--json'], options)).stdout) as T;
}

/** Runs restic on a repository; throws what it prints when it fails. */
export async function restic(repository: string, ...args: readonly string[]): Promise<string> {
  const env = { RESTIC_PASSWORD: passphrase, RESTIC_REPOSITORY: repository };
  return (await execa('restic', ['--no-cache', ...args], { env })).stdout;
}
