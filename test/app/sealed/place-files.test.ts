import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/base/error.ts';
import { placeFiles, writeFiles } from '../../../src/app/sealed/place-files.ts';

const text = 'muster: 1\n';

function planOf(entry: string, ...paths: readonly string[]) {
  return { entry, files: paths.map((path) => ({ path, text })) };
}

/** No path where it was refused for what it is. */
function placedOrRefused(plan: ReturnType<typeof planOf>): readonly string[] {
  try {
    const { entry, files } = placeFiles(plan, '/new');
    return [entry, ...files.map(({ to }) => to)];
  } catch (error) {
    if (codeOf(error) === 'plan-refused') return [];
    throw error;
  }
}

describe('the files of a sealed plan', () => {
  test('stay in the same places to each other', () => {
    const places = (plan: ReturnType<typeof planOf>) => {
      const { entry, files } = placeFiles(plan, '/new');
      return [entry, ...files.map(({ to }) => to)];
    };
    expect(places(planOf('/srv/shop/muster.yaml', '/srv/shop/muster.yaml', '/srv/shop/more/a.yaml'))).toEqual([
      '/new/muster.yaml',
      '/new/muster.yaml',
      '/new/more/a.yaml',
    ]);
    expect(places(planOf('/etc/muster', '/etc/muster/a.yaml', '/etc/muster/b.yaml'))).toEqual([
      '/new/muster',
      '/new/muster/a.yaml',
      '/new/muster/b.yaml',
    ]);
    expect(places(planOf('/etc/muster/a.yaml', '/etc/muster/a.yaml', '/srv/b.yaml'))).toEqual([
      '/new/etc/muster/a.yaml',
      '/new/etc/muster/a.yaml',
      '/new/srv/b.yaml',
    ]);
  });

  test('that would leave the folder, or are none, are refused', () => {
    for (const path of [
      '../evil',
      '/srv/../../etc/passwd',
      'relative.yaml',
      '/',
      '',
      '/a//b',
      '/a/./b',
      '/a\nb',
      '/a\0b',
      '/a/',
    ])
      expect(() => placeFiles(planOf('/srv/a.yaml', '/srv/a.yaml', path), '/new')).toThrow(/can't be written/);
    expect(() => placeFiles(planOf('../x', '/srv/a.yaml'), '/new')).toThrow(/can't be written/);
    expect(() => placeFiles(planOf('/srv/a.yaml'), '/new')).toThrow(/0 files/);
  });

  test('are below the folder, whatever their paths', () => {
    const path = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('a', 'b', '..', '.', '', 'c.yaml')).map((parts) => `/${parts.join('/')}`),
    );
    fc.assert(
      fc.property(path, fc.array(path, { minLength: 1, maxLength: 4 }), (entry, paths) => {
        const placed = placedOrRefused(planOf(entry, ...paths));
        for (const to of placed) {
          expect(to.startsWith('/new/')).toBe(true);
          expect(to.split('/')).not.toContain('..');
        }
      }),
    );
  });
});

describe('writing them', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'muster-place-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('makes the folders, and replaces nothing', async () => {
    const [target, plan] = [join(folder, 'new'), planOf('/srv/a.yaml', '/srv/a.yaml', '/srv/more/b.yaml')];
    await writeFiles(placeFiles(plan, target), target);
    expect(readFileSync(join(target, 'more/b.yaml'), 'utf8')).toBe(text);
    await expect(writeFiles(placeFiles(plan, target), target)).rejects.toMatchObject({ code: 'plan-exists' });
  });

  test('follows no link that stands in the folder', async () => {
    const [target, elsewhere] = [join(folder, 'new'), join(folder, 'elsewhere')];
    mkdirSync(target);
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(target, 'more'));
    const plan = planOf('/srv/a.yaml', '/srv/a.yaml', '/srv/more/b.yaml');
    await expect(writeFiles(placeFiles(plan, target), target)).rejects.toMatchObject({ code: 'plan-refused' });
    expect(readdirSync(elsewhere)).toEqual([]);
    writeFileSync(join(folder, 'outside'), 'kept');
    symlinkSync(join(folder, 'outside'), join(target, 'c.yaml'));
    const other = placeFiles(planOf('/srv/c.yaml', '/srv/c.yaml'), target);
    await expect(writeFiles(other, target)).rejects.toMatchObject({ code: 'plan-exists' });
    expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('kept');
  });
});
