import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadPlan, openMuster, type Muster } from '../../src/index.ts';
import { requireProgram } from '../require.ts';

const plan = `muster: 1
name: adopted
keys:
  main: { passphrase: { env: MAIN } }
storage:
  primary: { type: local, path: ./backups }
  second: { type: local, path: ./second }
tiers:
  standard: { storage: { to: primary, copies: [second] } }
systems:
  web: { tier: standard, source: { type: files, paths: [./data] } }
`;

describe.runIf(requireProgram('restic'))('a repository that restic made', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-adoption-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/page.html'), 'hello');
    writeFileSync(join(folder, 'muster.yaml'), plan);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const restic = (storage: string, ...args: readonly string[]): string => {
    const env = { ...process.env, RESTIC_PASSWORD: 'correct horse', RESTIC_REPOSITORY: join(folder, storage) };
    return execFileSync('restic', ['--no-cache', ...args], { env, encoding: 'utf8', stdio: 'pipe' });
  };

  /** Opens the plan with a state folder of its own, as one machine would. */
  async function using<T>(
    work: (muster: Muster) => Promise<T>,
    options: { state?: string; main?: string } = {},
  ): Promise<T> {
    const env = { MAIN: options.main ?? 'correct horse' };
    const { plan: loaded } = await loadPlan(join(folder, 'muster.yaml'), { env });
    if (!loaded) throw new Error('the plan is invalid');
    const muster = openMuster(loaded, { env, state: join(folder, options.state ?? '.muster') });
    try {
      return await work(muster);
    } finally {
      await muster.close();
    }
  }

  const restoreTo = (muster: Muster, what: string, from: string, name = 'out') =>
    muster.restore({
      what,
      from,
      moment: { kind: 'latest' },
      place: { kind: 'folder', path: join(folder, name) },
      paths: [],
      overwrite: 'never',
    });

  test('is opened and used; its snapshots are listed and come back, and stay as they are', async () => {
    restic('backups', 'init');
    restic('backups', 'backup', '--tag', 'mine', join(folder, 'data'));
    await using(async (muster) => {
      const [theirs] = (await muster.snapshots('primary')).snapshots;
      expect(theirs).toMatchObject({ tags: ['mine'], system: undefined, backup: undefined });
      const outcome = await restoreTo(muster, theirs?.id.slice(0, 8) ?? '', 'primary');
      expect(outcome).toMatchObject({ status: 'succeeded', missing: [] });
      expect(readFileSync(join(folder, 'out', folder, 'data/page.html'), 'utf8')).toBe('hello');
      const made = await muster.backup({ systems: ['web'] });
      expect(made.status).toBe('succeeded');
      const { snapshots } = await muster.snapshots('primary');
      expect(snapshots).toMatchObject([
        { id: theirs?.id, tags: ['mine'] },
        { system: 'web', backup: made.backups[0]?.backup?.id },
      ]);
    });
    expect(restic('backups', 'check', '--read-data')).toContain('no errors were found');
  });

  test('a snapshot that nobody knows is not put in place, nor one that does not exist', async () => {
    restic('backups', 'init');
    restic('backups', 'backup', join(folder, 'data'));
    await using(async (muster) => {
      const id = (await muster.snapshots('primary')).snapshots[0]?.id ?? '';
      const inPlace = {
        what: id,
        from: 'primary',
        moment: { kind: 'latest' },
        place: { kind: 'in-place' },
        paths: [],
        overwrite: 'always',
      } as const;
      await expect(muster.restore(inPlace)).rejects.toMatchObject({ code: 'place-missing' });
      await expect(restoreTo(muster, 'ffffffff', 'primary')).rejects.toMatchObject({ code: 'unknown-system' });
      await expect(muster.snapshots('nowhere')).rejects.toMatchObject({ code: 'unknown-storage' });
    });
    expect(readdirSync(folder)).not.toContain('out');
  });

  test('a wrong passphrase is an error, and changes nothing', async () => {
    restic('backups', 'init');
    const before = readdirSync(join(folder, 'backups/keys'));
    const outcome = await using((muster) => muster.backup({ systems: ['web'] }), { main: 'wrong' });
    expect(outcome.backups[0]?.error).toMatchObject({ code: 'wrong-passphrase' });
    expect(readdirSync(join(folder, 'backups/keys'))).toEqual(before);
  });

  test('format 1 is read, and a backup into it is refused with what to do', async () => {
    restic('backups', 'init', '--repository-version', '1');
    restic('backups', 'backup', join(folder, 'data'));
    await using(async (muster) => {
      const id = (await muster.snapshots('primary')).snapshots[0]?.id ?? '';
      expect((await restoreTo(muster, id, 'primary')).status).toBe('succeeded');
      const { backups } = await muster.backup({ systems: ['web'] });
      expect(backups[0]?.error).toMatchObject({ code: 'vault-read-only', hint: expect.stringContaining('migrate') });
    });
    expect(restic('backups', 'check')).toContain('no errors were found');
  });

  test('the catalog comes back from one target alone, and is completed by the other', async () => {
    const made = await using((muster) => muster.backup({ systems: ['web'] }));
    const id = made.backups[0]?.backup?.id ?? '';
    restic('backups', 'backup', join(folder, 'data'));
    await using(
      async (muster) => {
        const { found, byTags } = await muster.rebuildCatalog('second');
        expect({ found, byTags }).toEqual({ found: [made.backups[0]?.backup], byTags: 0 });
        expect(await muster.rebuildCatalog('primary')).toMatchObject({
          found: [],
          completed: [],
          known: 1,
          foreign: 1,
        });
        expect(muster.runs().map((run) => run.id)).toContain(made.run);
      },
      { state: 'another machine' },
    );
    // Without what lies sealed there, the tags on the snapshots tell the rest.
    for (const target of ['backups', 'second']) rmSync(join(folder, target, 'muster'), { recursive: true });
    await using(
      async (muster) => {
        const first = await muster.rebuildCatalog('second');
        expect(first).toMatchObject({
          found: [{ id, system: 'web', files: 1, bytesTotal: 5 }],
          byTags: 1,
          known: 0,
          foreign: 0,
        });
        const then = await muster.rebuildCatalog('primary');
        expect(then).toMatchObject({ found: [], completed: [{ id }], known: 0, foreign: 1 });
        expect(await muster.rebuildCatalog('primary')).toMatchObject({ found: [], completed: [], known: 1 });
        const [backup] = muster.backups();
        expect(backup).toMatchObject({
          id,
          run: made.run,
          type: 'full',
          startedAt: made.backups[0]?.backup?.startedAt,
        });
        expect(backup?.storage.map(({ name }) => name).toSorted()).toEqual(['primary', 'second']);
        expect((await restoreTo(muster, 'web', 'second')).status).toBe('succeeded');
        expect((await muster.backup({ systems: ['web'] })).backups[0]?.backup).toMatchObject({ type: 'incremental' });
      },
      { state: 'a third machine' },
    );
  });

  test('a backup that restic has tagged is still found', async () => {
    const made = await using((muster) => muster.backup({ systems: ['web'] }));
    restic('backups', 'tag', '--add', 'keep');
    rmSync(join(folder, 'second'), { recursive: true });
    await using(async (muster) => {
      expect((await restoreTo(muster, made.backups[0]?.backup?.id ?? '', 'primary')).status).toBe('succeeded');
    });
  });
});
