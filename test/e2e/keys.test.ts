import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { folderWith, muster, musterJson } from './muster.ts';

const plan = `muster: 1
name: keys
keys:
  main: { passphrase: { env: MAIN } }
  escrow: { passphrase: { env: ESCROW } }
storage:
  primary: { type: local, path: ./backups }
  second: { type: local, path: ./second }
tiers:
  standard: { storage: { to: primary } }
systems:
  web: { tier: standard, source: { type: files, paths: [./data] } }
`;
const withoutEscrow = plan.replace(/ {2}escrow.*\n/, '');

interface Listed {
  readonly storage: readonly {
    readonly name: string;
    readonly slots: readonly { readonly id: string; readonly keys: readonly string[]; readonly created: string }[];
    readonly untried: readonly { readonly key: string; readonly reason: string }[];
    readonly without: readonly string[];
  }[];
}

interface Changed {
  readonly changes: readonly {
    readonly storage: string;
    readonly status: string;
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly error: { readonly code: string } | null;
  }[];
}

describe('keys', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await folderWith({ 'muster.yaml': plan, 'old.yaml': withoutEscrow, 'data/page.html': 'hello' });
  });

  const both = { MAIN: 'correct horse', ESCROW: 'battery staple' };
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = both) =>
    muster(args, { cwd: folder, env });
  const json = <T>(args: readonly string[], env: Readonly<Record<string, string>> = both): Promise<T> =>
    musterJson<T>(args, { cwd: folder, env });
  const slots = (): readonly string[] => readdirSync(join(folder, 'backups/keys'));

  test('a new vault gets a slot for each key, and each is named by the list', async () => {
    expect((await run(['backup', 'web'])).exitCode).toBe(0);
    const { storage } = await json<Listed>(['keys', 'list']);
    expect(storage[0]?.slots.map(({ keys }) => keys)).toEqual([['main'], ['escrow']]);
    expect(storage[0]).toMatchObject({ name: 'primary', untried: [], without: [] });
    expect(storage[1]).toMatchObject({ name: 'second', slots: [] });
    const { stdout, exitCode } = await run(['keys', 'list']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('escrow');
    expect(stdout).toContain('second: no vault yet');
  });

  test('the second key opens when the first is lost, and the journal says which was used for what', async () => {
    await run(['backup', 'web']);
    const { exitCode } = await run(['restore', 'web', '--to', join(folder, 'out')], { ESCROW: both.ESCROW });
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, 'out', folder, 'data/page.html'), 'utf8')).toBe('hello');
    const used = keyEvents(folder, 'key.used');
    expect(used.map(({ key, purpose, storage }) => ({ key, purpose, storage }))).toEqual([
      { key: 'main', purpose: 'backup', storage: 'primary' },
      { key: 'escrow', purpose: 'restore', storage: 'primary' },
    ]);
    expect(slots()).toContain(used[1]?.slot);
    expect(used.every(({ run: id }) => id !== '')).toBe(true);
  });

  test('when no key opens, the error says why for each, and shows no passphrase', async () => {
    await run(['backup', 'web']);
    const { stderr, exitCode } = await run(['files', await backupId(folder)], { MAIN: 'wrong guess' });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/main: the passphrase does not open .*; escrow: secret unavailable: .*ESCROW is not set/);
    expect(stderr).not.toContain('wrong guess');
  });

  test('a key that came later into the plan is added, once', async () => {
    await run(['backup', 'web', '--plan', 'old.yaml']);
    expect(slots()).toHaveLength(1);
    expect((await json<Listed>(['keys', 'list'])).storage[0]?.without).toEqual(['escrow']);
    const { changes } = await json<Changed>(['keys', 'add', 'escrow']);
    expect(changes).toMatchObject([{ status: 'changed' }, { status: 'no-vault' }]);
    expect(slots()).toHaveLength(2);
    expect((await json<Changed>(['keys', 'add', 'escrow', '--storage', 'primary'])).changes).toMatchObject([
      { status: 'unchanged' },
    ]);
    expect(slots()).toHaveLength(2);
    expect((await run(['files', await backupId(folder)], { ESCROW: both.ESCROW })).exitCode).toBe(0);
    expect(keyEvents(folder, 'key.added')).toMatchObject([{ key: 'escrow', storage: 'primary' }]);
  });

  test('a slot is removed by its id or by the name of its key, and it is said what that does not undo', async () => {
    await run(['backup', 'web']);
    const { stdout, exitCode } = await run(['keys', 'remove', 'escrow']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('The master key is still the same');
    expect(slots()).toHaveLength(1);
    await run(['keys', 'add', 'escrow']);
    const id =
      (await json<Listed>(['keys', 'list'])).storage[0]?.slots.find(({ keys }) => keys[0] === 'main')?.id ?? '';
    const removed = await json<Changed>(['keys', 'remove', id.slice(0, 10), '--storage', 'primary']);
    expect(removed.changes).toMatchObject([{ status: 'changed', removed: [id] }]);
    expect((await run(['backup', 'web'])).exitCode).toBe(0);
  });

  test('no removal locks the plan out', async () => {
    await run(['backup', 'web', '--plan', 'old.yaml']);
    const [only = ''] = slots();
    const locked = { changes: [{ status: 'failed', error: { code: 'key-in-use' } }, { status: 'no-vault' }] };
    expect(await json(['keys', 'remove', 'main'])).toMatchObject(locked);
    expect(await json(['keys', 'remove', only.slice(0, 8)])).toMatchObject(locked);
    expect(slots()).toEqual([only]);
    const unknown = await json<Changed>(['keys', 'remove', 'nobody', '--storage', 'primary']);
    expect(unknown.changes[0]?.error?.code).toBe('unknown-key');
  });

  test('after a passphrase was changed, rotate replaces its slot; done twice it changes nothing', async () => {
    await run(['backup', 'web']);
    const env = { ...both, MAIN: 'a new one', OLD: both.MAIN };
    const first = await json<Changed>(['keys', 'rotate', 'main', '--old-env', 'OLD', '--storage', 'primary'], env);
    expect(first.changes).toMatchObject([
      { status: 'changed', added: [expect.any(String)], removed: [expect.any(String)] },
    ]);
    expect(slots()).toHaveLength(2);
    const again = await json<Changed>(['keys', 'rotate', 'main', '--old-env', 'OLD', '--storage', 'primary'], env);
    expect(again.changes).toMatchObject([{ status: 'unchanged' }]);
    const old = { MAIN: both.MAIN };
    expect((await run(['backup', 'web', '--plan', 'old.yaml'], old)).exitCode).toBe(1);
    expect((await run(['backup', 'web', '--plan', 'old.yaml'], { MAIN: 'a new one' })).exitCode).toBe(0);
  });

  test('rotate needs the old passphrase from one place, and another one than the present', async () => {
    await run(['backup', 'web']);
    for (const wrong of [['main'], [], ['main', '--master']])
      expect((await run(['keys', 'rotate', ...wrong])).exitCode).toBe(2);
    const same = await run(['keys', 'rotate', 'main', '--old-env', 'MAIN']);
    expect(same.stderr).toContain('passphrase-unchanged');
    expect((await run(['keys', 'rotate', 'nobody', '--old-env', 'MAIN'])).exitCode).toBe(2);
  });

  test.runIf(requireProgram('restic'))('validate and init say that a target holds a repository already', async () => {
    const env = { ...process.env, RESTIC_PASSWORD: both.MAIN, RESTIC_REPOSITORY: join(folder, 'backups') };
    execFileSync('restic', ['--no-cache', 'init'], { env, stdio: 'pipe' });
    const { stderr, exitCode } = await run(['validate']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('note[existing-repository]: storage primary');
    expect((await run(['validate', '--json'])).stderr).toBe('');
    await rename(join(folder, 'muster.yaml'), join(folder, 'mine.yaml'));
    expect((await run(['init', '--yes'])).stderr).toContain('note[existing-repository]');
  });

  test.runIf(requireProgram('restic'))('restic opens with every key of the plan', async () => {
    await run(['backup', 'web']);
    for (const RESTIC_PASSWORD of [both.MAIN, both.ESCROW]) {
      const env = { ...process.env, RESTIC_PASSWORD, RESTIC_REPOSITORY: join(folder, 'backups') };
      const shown = execFileSync('restic', ['--no-cache', 'check', '--read-data'], { env, encoding: 'utf8' });
      expect(shown).toContain('no errors were found');
    }
  });
});

interface KeyEvent {
  readonly type: string;
  readonly run: string;
  readonly key: string;
  readonly storage: string;
  readonly slot: string;
  readonly purpose: string;
}

/** As an auditor reads the journal, with SQLite alone. */
function keyEvents(folder: string, type: string): readonly KeyEvent[] {
  const journal = new DatabaseSync(join(folder, '.muster/journal.db'), { readOnly: true });
  const rows = journal.prepare('SELECT body FROM events WHERE type = ? ORDER BY sequence').all(type);
  journal.close();
  return rows.map(({ body }) => JSON.parse(String(body)) as KeyEvent);
}

async function backupId(folder: string): Promise<string> {
  const { backups } = await musterJson<{ backups: readonly { id: string }[] }>(['backups'], { cwd: folder });
  return backups[0]?.id ?? '';
}
