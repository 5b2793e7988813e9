import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { compareTrees } from '../vault/compare-trees.ts';
import { isRoot } from '../vault/place.ts';
import { canMount } from './mounting.ts';
import { addNoise, makeSite, restic, run, runJson } from './shop.ts';
import type { RunOptions } from './shop.ts';

/*
 * The disk of the vault refuses in the middle of a backup: full, read-only, not permitted, failing. The command says
 * so and fails, nothing is recorded as succeeded, restic finds the vault sound, and the next backup works.
 */

const site = makeSite();
const vault = join(site, 'vault');

interface Fault {
  readonly name: string;
  /** What the message says besides the place. */
  readonly says: RegExp;
  readonly begin?: () => void;
  readonly within?: RunOptions['within'];
  readonly end?: () => void;
}

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

function withFault(call: string, paths: readonly string[], when: string): readonly string[] {
  const only = paths.flatMap((path) => ['-P', path]);
  const inject = [`trace=${call}`, `inject=${call}:error=EIO${when}`].flatMap((each) => ['-e', each]);
  return ['strace', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', ...only, ...inject];
}

function packFolders(): readonly string[] {
  return Array.from({ length: 256 }, (_, at) => join(vault, 'data', at.toString(16).padStart(2, '0')));
}

function mount(options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, vault]);
}

/** The journal stays writable: what is refused is the vault alone. */
function give(owner: string, mode: string): void {
  execFileSync('chown', ['-R', '65534:65534', site]);
  execFileSync('chown', ['-R', owner, vault]);
  execFileSync('chmod', [mode, vault]);
  execFileSync('chmod', ['-R', 'go+rX', join(vault, 'keys'), join(vault, 'config'), join(vault, 'index')]);
}

const takeBack = (): void => void execFileSync('chown', ['-R', '0:0', site]);

const faults: readonly Fault[] = [
  { name: 'it is full', says: /ENOSPC/, begin: () => mount('size=3m'), end: () => mount('size=200m') },
  { name: 'it is read-only', says: /EROFS/, begin: () => mount('ro'), end: () => mount('rw') },
  {
    name: 'its folder is closed to the user',
    says: /EACCES/,
    begin: () => give('0:0', '0700'),
    within: asNobody,
    end: takeBack,
  },
  {
    name: 'it can be read, but not written by the user',
    says: /EACCES/,
    begin: () => give('0:0', '0755'),
    within: asNobody,
    end: takeBack,
  },
  { name: 'a pack is not renamed', says: /EIO.* rename/, within: withFault('rename', [], ':when=2') },
  { name: 'a folder of packs is not synced', says: /EIO.* fsync/, within: withFault('fsync', packFolders(), '') },
  { name: 'the snapshot is not synced', says: /EIO.* fsync/, within: withFault('fsync', [`${vault}/snapshots`], '') },
];

interface Listed {
  readonly backups: readonly { readonly id: string; readonly status: string }[];
}

interface Runs {
  readonly runs: readonly { readonly status: string }[];
}

const programs = requireProgram('restic') && requireProgram('strace', ['--version']) && isRoot && canMount();

describe.runIf(programs)('a backup to a disk that refuses', () => {
  beforeAll(async () => {
    execFileSync('mkdir', [vault]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', vault]);
    await run(['backup', 'web'], { cwd: site });
  });
  afterAll(() => {
    execFileSync('umount', [vault]);
    rmSync(site, { recursive: true });
  });

  test.for(faults)('because $name', { timeout: 120_000 }, async ({ says, begin, within = [], end }) => {
    const before = await listed();
    addNoise(site, 'more', 4_000_000);
    begin?.();
    // One thread calls the system, so that a call can be told by its number.
    const failed = await run(['backup', 'web'], { cwd: site, within, env: { UV_THREADPOOL_SIZE: '1' } });
    end?.();
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr + failed.stdout).toMatch(says);
    expect(failed.stderr + failed.stdout).toContain(`local ${vault}`);
    expect(failed.stderr + failed.stdout).toContain('hint: ');
    expect(await listed()).toStrictEqual(before);
    expect((await runJson<Runs>(['runs', '--limit', '1'], { cwd: site })).runs).toMatchObject([{ status: 'failed' }]);
    await expectClean();

    expect(await run(['backup', 'web'], { cwd: site })).toMatchObject({ exitCode: 0 });
    const [made, ...others] = (await listed()).filter((id) => !before.includes(id));
    expect([made, others]).toStrictEqual([made, []]);
    await expectClean();
    await expectRestored(made ?? '');
  });
});

async function listed(): Promise<readonly string[]> {
  const { backups } = await runJson<Listed>(['backups'], { cwd: site });
  return backups.map(({ id }) => id);
}

async function expectClean(): Promise<void> {
  await restic(vault, 'unlock');
  expect(await restic(vault, 'check', '--read-data')).toContain('no errors were found');
  expect(readdirSync(join(vault, 'locks'))).toStrictEqual([]);
}

async function expectRestored(snapshot: string): Promise<void> {
  const target = join(site, 'restored');
  await restic(vault, 'restore', snapshot, '--target', target);
  expect(compareTrees(join(site, 'web'), join(target, site, 'web'))).toStrictEqual([]);
  rmSync(target, { recursive: true });
}
