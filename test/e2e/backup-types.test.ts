import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { muster, musterJson } from './muster.ts';
import { makeShop } from './shop.ts';

interface Backups {
  readonly backups: readonly Readonly<Record<string, unknown>>[];
}

test('a backup says which type it became, what it was compared with, and what was new', async () => {
  const { folder, data } = await makeShop(10);
  const differential = ['backup', 'website', '--type', 'differential'];
  const first = await musterJson<Backups>(differential, { cwd: folder });
  expect(first.backups).toMatchObject([
    { type: 'full', typeAsked: 'differential', parent: null, notice: expect.stringContaining('became full') as string },
  ]);
  await writeFile(join(data, 'www/new.html'), '<p>new</p>');
  const second = await musterJson<Backups>(differential, { cwd: folder });
  const [made] = second.backups;
  const parent = first.backups[0]?.['id'];
  expect(made).toMatchObject({
    type: 'differential',
    parent,
    notice: null,
    bytesRead: 10,
    filesNew: 1,
    filesChanged: 0,
  });
  expect(made?.['deduplication']).toBeGreaterThan(1);
  const text = await muster(['backup', 'orders', '--type', 'differential'], { cwd: folder });
  expect(text.stdout).toMatch(/^orders: [0-9a-f]{8} full succeeded /);
  expect(text.stdout).toContain('    note: became full: there is no full backup in primary');

  const shown = await muster(['show', String(made?.['id'])], { cwd: folder });
  expect(shown.stdout).toContain('type      differential\n');
  expect(shown.stdout).toContain(`compared  with ${String(parent)}\n`);
  expect(shown.stdout).toMatch(/\nnew {7}\d.* \(deduplication \d+\.\d\d, compression \d+\.\d\d\)\n/);
  expect(shown.stdout).toMatch(/in \d+ folders; 1 new, 0 changed, \d+ unmodified\n/);
  const listed = await muster(['backups'], { cwd: folder });
  expect(listed.stdout).toMatch(/ ADDED +DEDUP +ZIP +ON\n/);
});

test('a type that the source cannot give is refused before anything is done', async () => {
  const { folder } = await makeShop(10);
  const refused = await muster(['backup', 'website', '--type', 'snapshot'], { cwd: folder });
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain('cannot give a backup of the type snapshot');
  expect(refused.stderr).toContain('hint: Add `snapshot` to the source');
  const database = await musterJson<Backups>(['backup', 'orders', '--type', 'snapshot'], { cwd: folder });
  expect(database.backups).toMatchObject([{ type: 'snapshot', status: 'succeeded', notice: null }]);
});

test('the example of the backup types validates', async () => {
  const example = join(import.meta.dirname, '../../examples/backup-types/muster.yaml');
  expect(await muster(['validate', example], { cwd: '/' })).toMatchObject({ exitCode: 0, stderr: '' });
});
