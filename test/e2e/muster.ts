import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

export const repository = resolve(import.meta.dirname, '../..');
export const program = join(repository, 'src/muster.js');

export interface Called {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs the command line as a user does: a process of its own. */
export async function muster(args: readonly string[], { cwd, env = {}, input = '' }: CallOptions): Promise<Called> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    cwd,
    env: { MUSTER_PASSPHRASE: 'correct horse battery staple', NO_COLOR: '1', ...env },
    input,
    reject: false,
    stripFinalNewline: false,
  });
  return { exitCode, stdout, stderr };
}

/** The one JSON document that `--json` prints. */
export async function musterJson<T>(args: readonly string[], options: CallOptions): Promise<T> {
  const { stdout, stderr } = await muster([...args, '--json'], options);
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`no JSON from muster ${args.join(' ')}:\n${stdout}\n${stderr}`);
  }
}

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with a plan, and files by path. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}
