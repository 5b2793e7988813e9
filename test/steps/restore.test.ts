import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BackupRecord } from '../../src/base/backup.ts';
import type { ActionOf, StepContext, StepOutcome } from '../../src/steps/handler.ts';
import { restoreStep } from '../../src/steps/restore.ts';
import { openShop, removeLargestPack, spoilPacks, type Shop } from './shop.ts';

let shop: Shop;

beforeEach(() => {
  shop = openShop();
});
afterEach(() => shop.end());

function restoreOf(backup: BackupRecord, parts: Partial<ActionOf<'restore'>> = {}): ActionOf<'restore'> {
  const { system } = backup;
  const place = { kind: 'in-place' } as const;
  return { kind: 'restore', system, backup, storage: ['primary'], place, paths: [], overwrite: 'always', ...parts };
}

async function restore(backup: BackupRecord, parts?: Partial<ActionOf<'restore'>>): Promise<StepOutcome> {
  return await restoreStep.execute(restoreOf(backup, parts), shop.context);
}

async function check(backup: BackupRecord, parts?: Partial<ActionOf<'restore'>>): Promise<readonly string[]> {
  const findings = await restoreStep.check(restoreOf(backup, parts), shop.context);
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

function elsewhere(): { readonly kind: 'folder'; readonly path: string } {
  return { kind: 'folder', path: join(shop.folder, 'elsewhere') };
}

/** A backup in two targets, of one file whose content is the largest pack there; the file is gone. */
async function recordOfPhoto(): Promise<{ readonly backup: BackupRecord; readonly photo: Buffer }> {
  const photo = randomBytes(100_000);
  rmSync(shop.www, { recursive: true });
  mkdirSync(shop.www);
  writeFileSync(join(shop.www, 'photo'), photo);
  const backup = await shop.record({ copies: ['second'] });
  rmSync(join(shop.www, 'photo'));
  return { backup, photo };
}

describe('a restore', () => {
  test('brings destroyed files back in place, and proves it', async () => {
    const backup = await shop.record();
    rmSync(shop.www, { recursive: true });
    const { status, facts, output } = await restore(backup);
    expect({ status, output }).toEqual({ status: 'succeeded', output: 'restored from primary' });
    expect(facts).toMatchObject({ kind: 'restore', files: 2, bytes: 6013, recoveredTo: 'in place', proven: true });
    expect(readFileSync(join(shop.www, 'index.html'), 'utf8')).toBe('<h1>shop</h1>');
  });

  test('of a database is proven by its own checks', async () => {
    const backup = await shop.record({ system: 'orders' });
    rmSync(shop.database);
    const { status, facts } = await restore(backup);
    expect(status).toBe('succeeded');
    expect(facts).toMatchObject({ proven: true, checks: [{ name: 'integrity' }, { detail: 'orders 3 = 3' }] });
    using database = new DatabaseSync(shop.database, { readOnly: true });
    expect(database.prepare('select count(*) as rows from orders').get()).toMatchObject({ rows: 3 });
  });

  test('of a part proves nothing of the whole', async () => {
    const { status, facts } = await restore(await shop.record(), { paths: ['*.svg'], place: elsewhere() });
    expect(status).toBe('succeeded');
    expect(facts).toMatchObject({ files: 1, proven: false });
  });

  test('that brings less than was asked is partial and lists what is missing', async () => {
    const { status, faults, facts } = await restore(await shop.record(), { paths: ['*.svg', '*.png'] });
    expect(status).toBe('partial');
    expect(faults).toEqual([{ path: '*.png', kind: 'missing', detail: 'matches nothing in the backup' }]);
    expect(facts).toMatchObject({ files: 1, proven: false });
  });

  test('takes the first target that has it', async () => {
    const backup = await shop.record({ copies: ['second'] });
    rmSync(shop.www, { recursive: true });
    const { status, output } = await restore(backup, { storage: ['unreachable', 'second', 'primary'] });
    expect(status).toBe('succeeded');
    expect(output).toBe(
      'passed over unreachable: backup ' +
        `${backup.id.slice(0, 8)} is not stored in unreachable\nrestored from second`,
    );
  });

  test('goes on to a copy when the snapshot of the first target is gone', async () => {
    const backup = await shop.record({ copies: ['second'] });
    rmSync(join(shop.folder, 'primary/snapshots', backup.id));
    const { status, output } = await restore(backup, { storage: ['primary', 'second'] });
    expect(status).toBe('succeeded');
    expect(output).toContain('restored from second');
  });

  test('of a database goes on to a copy that is whole', async () => {
    const backup = await shop.record({ system: 'orders', copies: ['second'] });
    rmSync(shop.database);
    spoilPacks(shop, 'primary');
    const { status, output, facts } = await restore(backup, { storage: ['primary', 'second'] });
    expect(status).toBe('succeeded');
    expect(output).toMatch(/^restored from primary\nwhat primary could not give came from second: \d+ parts, /);
    expect(facts).toMatchObject({ proven: true });
  });

  test('brings from a copy what is damaged in the first target', async () => {
    const { backup, photo } = await recordOfPhoto();
    removeLargestPack(shop, 'primary');
    const { status, output, facts } = await restore(backup, { storage: ['primary', 'second'] });
    expect({ status, output }).toEqual({
      status: 'succeeded',
      output: 'restored from primary\nwhat primary could not give came from second: 1 part, 97.7 KiB',
    });
    expect(facts).toMatchObject({ files: 1, bytes: 100_000, proven: true });
    expect(readFileSync(join(shop.www, 'photo')).equals(photo)).toBe(true);
  });

  test('goes on with a copy when the first target vanishes in the middle, and keeps what is there', async () => {
    for (let i = 0; i < 60; i += 1) writeFileSync(join(shop.www, `photo-${i}`), randomBytes(1_000_000));
    const backup = await shop.record({ copies: ['second'] });
    rmSync(shop.www, { recursive: true });
    let isGone = false;
    const context: StepContext = {
      ...shop.context,
      onProgress: ({ files }) => {
        if (isGone || files < 1) return;
        isGone = true;
        rmSync(join(shop.folder, 'primary'), { recursive: true });
      },
    };
    const action = restoreOf(backup, { storage: ['primary', 'second'], overwrite: 'never' });
    const { status, output, facts, error } = await restoreStep.execute(action, context);
    expect(error).toBeUndefined();
    expect({ isGone, status, output }).toEqual({
      isGone: true,
      status: 'succeeded',
      output: expect.stringMatching(/^restored from primary\nwhat primary could not give came from second: /) as string,
    });
    expect(facts).toMatchObject({ files: 62, proven: true });
  });

  test('from one target alone takes nothing from others', async () => {
    const { backup } = await recordOfPhoto();
    removeLargestPack(shop, 'primary');
    const { status, output } = await restore(backup, { storage: ['primary'] });
    expect({ status, output }).toEqual({ status: 'partial', output: 'restored from primary' });
  });

  test('lists what is damaged in every copy', async () => {
    const { backup } = await recordOfPhoto();
    for (const storage of ['primary', 'second']) removeLargestPack(shop, storage);
    const { status, faults, facts } = await restore(backup, { storage: ['primary', 'second'] });
    expect(status).toBe('partial');
    expect(facts).toMatchObject({ files: 0, proven: false });
    expect(faults).toMatchObject([
      { path: join(shop.www, 'photo'), kind: 'missing', detail: expect.stringMatching(/^damaged: /) as unknown },
      { path: 'in place', kind: 'entries' },
    ]);
  });

  test('fails when no target has it', async () => {
    const backup = await shop.record();
    rmSync(join(shop.folder, 'primary/snapshots', backup.id));
    const { status, error, facts } = await restore(backup, { storage: ['primary', 'second'] });
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'no-copy-available' });
    expect(facts).toMatchObject({ files: 0, proven: false });
  });

  test('from a damaged vault never counts as whole', async () => {
    const backup = await shop.record();
    rmSync(shop.www, { recursive: true });
    spoilPacks(shop, 'primary');
    const { status, facts } = await restore(backup);
    expect(status).not.toBe('succeeded');
    expect(facts).toMatchObject({ proven: false });
  });

  test('of a database from a damaged vault leaves the old one where it is', async () => {
    const backup = await shop.record({ system: 'orders' });
    const before = readFileSync(shop.database);
    spoilPacks(shop, 'primary');
    expect((await restore(backup)).status).toBe('failed');
    expect(readFileSync(shop.database).equals(before)).toBe(true);
    expect(readdirSync(shop.folder).filter((name) => name.includes('restore'))).toEqual([]);
  });

  test('is refused when the disk is too small, before anything is written', async () => {
    const backup = { ...(await shop.record()), bytesTotal: 2 ** 60 };
    const { error } = await restore(backup, { place: elsewhere() });
    expect(error).toMatchObject({ code: 'no-space' });
    expect(existsSync(elsewhere().path)).toBe(false);
  });

  test('is refused when the plan makes something else of the system now', async () => {
    const backup = await shop.record();
    const changed = await restore(backup, { system: 'orders' });
    expect(changed.error).toMatchObject({ code: 'source-changed' });
    expect((await restore(backup, { system: 'gone' })).error?.message).toContain('gone has no source now');
  });

  test('that may not overwrite fails and changes nothing', async () => {
    const backup = await shop.record();
    writeFileSync(join(shop.www, 'index.html'), 'changed');
    expect((await restore(backup, { overwrite: 'never' })).status).toBe('failed');
    expect(readFileSync(join(shop.www, 'index.html'), 'utf8')).toBe('changed');
  });
});

describe('a check before it', () => {
  test('shows what would be replaced, and replaces nothing', async () => {
    const backup = await shop.record();
    writeFileSync(join(shop.www, 'index.html'), 'defaced');
    rmSync(join(shop.www, 'img'), { recursive: true });
    const findings = await check(backup);
    expect(findings[0]).toMatch(/^ok: would restore from .*: \d+ basic checks passed$/);
    expect(findings.slice(1)).toEqual([
      'ok: in place: 1 changed, 1 missing, 0 unchanged',
      `warning: would replace ${join(shop.www, 'index.html')}`,
    ]);
    expect(readFileSync(join(shop.www, 'index.html'), 'utf8')).toBe('defaced');
  });

  test('finds nothing to replace in what is as it was', async () => {
    expect((await check(await shop.record())).slice(1)).toEqual(['ok: in place: 0 changed, 0 missing, 2 unchanged']);
  });

  test('finds a backup that is gone, and a disk that is too small', async () => {
    const backup = await shop.record();
    const large = await check({ ...backup, bytesTotal: 2 ** 60 }, { place: elsewhere() });
    expect(large.at(-1)).toMatch(/^error: .* has room for .*, the backup has 1024.0 PiB/);
    rmSync(join(shop.folder, 'primary/snapshots', backup.id));
    expect(await check(backup)).toMatchObject([expect.stringMatching(/^error: no copy of backup/)]);
  });

  test('finds what is lost in the vault', async () => {
    const backup = await shop.record();
    for (const name of readdirSync(join(shop.folder, 'primary/data')))
      rmSync(join(shop.folder, 'primary/data', name), { recursive: true });
    expect((await check(backup))[0]).toMatch(/^error: /);
  });

  test('takes a folder that is not there yet', async () => {
    const place = { kind: 'folder', path: join(shop.folder, 'target/deep/down') } as const;
    expect((await check(await shop.record(), { place })).filter((finding) => !finding.startsWith('ok'))).toEqual([]);
    expect(existsSync(join(shop.folder, 'target'))).toBe(false);
  });
});
