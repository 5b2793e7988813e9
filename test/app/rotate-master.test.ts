import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadPlan, openMuster, type Muster } from '../../src/index.ts';

const plan = `muster: 1
name: rotated
keys:
  main: { passphrase: { env: MAIN } }
  escrow: { passphrase: { env: ESCROW } }
storage:
  primary: { type: local, path: ./backups }
  second: { type: local, path: ./second }
tiers:
  standard: { storage: { to: primary, copies: [second] } }
systems:
  web: { tier: standard, source: { type: files, paths: [./data] } }
`;
const secrets = { MAIN: 'correct horse', ESCROW: 'battery staple' };

describe('a new master key for a storage target', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-rotate-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/page.html'), 'hello');
    writeFileSync(join(folder, 'muster.yaml'), plan);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function using<T>(
    work: (muster: Muster) => Promise<T>,
    env: Readonly<Record<string, string>> = secrets,
  ): Promise<T> {
    const { plan: loaded } = await loadPlan(join(folder, 'muster.yaml'), { env });
    if (!loaded) throw new Error('the plan is invalid');
    const muster = openMuster(loaded, { env });
    try {
      return await work(muster);
    } finally {
      await muster.close();
    }
  }

  test('backups keep their ids, the catalog follows, and both keys open', async () => {
    const id = await using(async (muster) => {
      const { backups } = await muster.backup({ systems: ['web'] });
      const before = backups[0]?.backup;
      const [rotated] = await muster.rotateMasters({ storage: 'primary' });
      expect(rotated).toMatchObject({ storage: 'primary', status: 'rotated', snapshots: 1, left: [] });
      expect(existsSync(rotated?.previous ?? '')).toBe(true);
      const after = muster.backupOf(before?.id ?? '');
      const [primary, second] = after.storage;
      expect(primary?.snapshot).not.toBe(before?.storage[0]?.snapshot);
      expect(second).toEqual(before?.storage[1]);
      expect(existsSync(join(folder, 'backups/snapshots', primary?.snapshot ?? ''))).toBe(true);
      expect((await muster.backup({ systems: ['web'] })).backups[0]?.backup?.type).toBe('incremental');
      expect((await muster.rebuildCatalog('primary')).evidence).toMatchObject({
        faults: [],
        catalogs: [{ missing: [] }],
      });
      return after.id;
    });
    const restored = await using(
      (muster) =>
        muster.restore({
          what: id,
          from: 'primary',
          moment: { kind: 'latest' },
          place: { kind: 'folder', path: join(folder, 'out') },
          paths: [],
          overwrite: 'never',
        }),
      { ESCROW: secrets.ESCROW },
    );
    expect(restored.status).toBe('succeeded');
    expect(readFileSync(join(folder, 'out', folder, 'data/page.html'), 'utf8')).toBe('hello');
    expect(readdirSync(folder).filter((name) => name.startsWith('backups.rotation'))).toEqual([]);
    expect(readdirSync(join(folder, 'backups'))).toContain('RESCUE.md');
  });

  test('a key that is not at hand stops it before anything is done', async () => {
    await using((muster) => muster.backup({ systems: ['web'] }));
    const before = readdirSync(folder);
    await using(
      async (muster) => {
        const refused = muster.rotateMasters({ storage: 'primary' });
        await expect(refused).rejects.toMatchObject({
          code: 'secret-unavailable',
          message: expect.stringContaining('escrow'),
        });
      },
      { MAIN: secrets.MAIN },
    );
    expect(readdirSync(folder)).toEqual(before);
  });
});
