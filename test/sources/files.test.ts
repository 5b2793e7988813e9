import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bytesOf, toBytePath, type BytePath } from '../../src/base/capture.ts';
import type { FilesSource } from '../../src/plan/model/system.ts';
import { filesSource } from '../../src/sources/files.ts';
import { describeSource } from '../conformance/source.ts';
import { startRoundTrip, type RoundTrip } from './round-trip.ts';

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };

function filesOf(paths: readonly string[], parts: Partial<FilesSource> = {}): FilesSource {
  return { type: 'files', at, paths, exclude: [], allowEmpty: false, ...parts };
}

/** Every entry below a path with its mode and content; bytes that are no text stay as they are. */
function contentOf(path: BytePath, into: Record<string, string> = {}, name = ''): Record<string, string> {
  const facts = lstatSync(bytesOf(path));
  const mode = (facts.mode & 0o7777).toString(8);
  if (facts.isSymbolicLink()) into[name] = `-> ${readlinkSync(bytesOf(path))}`;
  else if (facts.isFile()) into[name] = `${mode} ${readFileSync(bytesOf(path), 'latin1')}`;
  else {
    into[name] = mode;
    for (const entry of readdirSync(bytesOf(path), { encoding: 'buffer' }))
      contentOf(`${path}/${entry.toString('latin1')}`, into, `${name}/${entry.toString('latin1')}`);
  }
  return into;
}

function makeSite(folder: string): void {
  mkdirSync(join(folder, 'www/img'), { recursive: true });
  mkdirSync(join(folder, 'www/empty'));
  writeFileSync(join(folder, 'www/index.html'), '<h1>shop</h1>');
  writeFileSync(join(folder, 'www/img/logo.svg'), '<svg/>', { mode: 0o640 });
  writeFileSync(join(folder, 'www/.hidden'), '');
  writeFileSync(bytesOf(`${toBytePath(folder)}/www/not-utf8-\xff\xfe`), 'bytes');
  symlinkSync('../elsewhere', join(folder, 'www/link'));
  writeFileSync(join(folder, 'settings.ini'), 'a=1');
}

describeSource('files', {
  source: filesSource,
  make: async (folder) => {
    mkdirSync(folder, { recursive: true });
    makeSite(folder);
    return filesOf([join(folder, 'www'), join(folder, 'settings.ini')]);
  },
  read: async ({ paths }, root = '') => paths.map((path) => contentOf(toBytePath(root + path))),
  change: async ({ paths }) => {
    writeFileSync(join(paths[0] ?? '', 'index.html'), 'defaced, and longer than before');
    rmSync(join(paths[0] ?? '', 'img'), { recursive: true });
  },
  destroy: async ({ paths }) => {
    for (const path of paths) rmSync(path, { recursive: true });
  },
  pattern: 'img/*.svg',
});

async function codesOf(definition: FilesSource): Promise<readonly string[]> {
  return (await filesSource.check(definition)).map(({ code }) => code);
}

/** A fetch that brings nothing. */
async function fetchNothing() {
  return { files: 4, bytes: 20, missing: [] };
}

describe('files', () => {
  let trip: RoundTrip<FilesSource>;

  beforeEach(async () => {
    trip = await startRoundTrip(filesSource);
    makeSite(trip.data);
  });
  afterEach(() => trip.end());

  function here(name: string): string {
    return join(trip.data, name);
  }

  test('what is excluded is not in the backup', async () => {
    const definition = filesOf([here('www')], { exclude: ['img/', '.*', 'link'] });
    const backup = await trip.backUp(definition);
    await trip.restore(definition, backup, { place: { kind: 'folder', path: trip.elsewhere } });
    const names = Object.keys(contentOf(toBytePath(trip.elsewhere + here('www'))));
    expect(names.sort()).toEqual(['', '/empty', '/index.html', '/not-utf8-\xff\xfe']);
  });

  test('files that the backup does not know stay', async () => {
    const definition = filesOf([here('www')]);
    const backup = await trip.backUp(definition);
    writeFileSync(here('www/new.html'), 'new');
    await trip.restore(definition, backup);
    expect(readFileSync(here('www/new.html'), 'utf8')).toBe('new');
  });

  test('of overlapping paths the outer one is read', async () => {
    const definition = filesOf([here('www/img'), `${here('www')}/`, here('www')]);
    const { roots, paths } = await filesSource.capture(definition, {
      scratch: '',
      signal: new AbortController().signal,
    });
    expect(roots.map(({ path }) => path)).toEqual([here('www')]);
    expect(paths).toEqual([here('www/img'), here('www')]);
  });

  test('a path that is named and excluded at once is an error', async () => {
    expect(await codesOf(filesOf([here('www'), here('www/img')], { exclude: ['img/'] }))).toEqual(['source-excluded']);
  });

  test('a folder without files is an error unless it is allowed, nested empty folders too', async () => {
    mkdirSync(here('mount/a/b'), { recursive: true });
    expect(await codesOf(filesOf([here('mount')]))).toEqual(['source-empty']);
    expect(await codesOf(filesOf([here('mount')], { allowEmpty: true }))).toEqual([]);
    expect(await codesOf(filesOf([here('www')], { exclude: ['*'] }))).toEqual(['source-empty']);
  });

  test('a missing path is left out where it is allowed', async () => {
    const definition = filesOf([here('none'), here('www')], { allowEmpty: true });
    const backup = await trip.backUp(definition);
    const place = { kind: 'folder', path: trip.elsewhere } as const;
    expect(await trip.restore(definition, backup, { place })).toMatchObject({ files: 5, missing: [] });
  });

  test('a symbolic link as a path is an error that names what to write instead', async () => {
    symlinkSync(here('www'), here('current'));
    expect(await filesSource.check(filesOf([here('current')]))).toMatchObject([
      { code: 'source-is-link', hint: `Name what it points to: ${here('www')}.` },
    ]);
  });

  test('a FIFO as a path is an error', async () => {
    execFileSync('mkfifo', [here('fifo')]);
    expect(await codesOf(filesOf([here('fifo')]))).toEqual(['source-unreadable']);
  });

  test('a pattern that cannot be used is an error that says why', async () => {
    expect(await codesOf(filesOf([here('www')], { exclude: ['!keep'] }))).toEqual(['bad-pattern']);
  });

  test.each([
    ['/**/index.html', ['/index.html']],
    ['*.svg', ['/img', '/img/logo.svg']],
    ['img', ['/img', '/img/logo.svg']],
    ['www/img/', ['/img', '/img/logo.svg']],
  ])('the pattern %s restores %s', async (pattern, expected) => {
    const definition = filesOf([here('www')]);
    const backup = await trip.backUp(definition);
    await trip.restore(definition, backup, { paths: [pattern], place: { kind: 'folder', path: trip.elsewhere } });
    const names = Object.keys(contentOf(toBytePath(trip.elsewhere + here('www'))));
    expect(names.sort()).toEqual(['', ...expected]);
  });

  test.each(['index.html/', '/img'])('the pattern %s matches nothing', async (pattern) => {
    const definition = filesOf([here('www')]);
    const result = trip.restore(definition, await trip.backUp(definition), { paths: [pattern] });
    await expect(result).rejects.toMatchObject({ code: 'nothing-matched' });
  });

  test('the path of a file is a pattern too, whatever characters it has', async () => {
    writeFileSync(here('www/a[1]*.txt'), 'odd');
    const definition = filesOf([here('www')]);
    const backup = await trip.backUp(definition);
    const wish = { paths: [here('www/a[1]*.txt')], place: { kind: 'folder', path: trip.elsewhere } } as const;
    expect(await trip.restore(definition, backup, wish)).toMatchObject({ files: 1, missing: [] });
  });

  test('a pattern among others that matches nothing is listed as missing', async () => {
    const definition = filesOf([here('www')]);
    const backup = await trip.backUp(definition);
    const { missing } = await trip.restore(definition, backup, { paths: ['index.html', 'no-such-name'] });
    expect(missing).toEqual([{ path: 'no-such-name', detail: 'matches nothing in the backup' }]);
  });

  test('in place, what is no longer of the system is not written and listed', async () => {
    const backup = await trip.backUp(filesOf([here('www'), here('settings.ini')]));
    rmSync(here('settings.ini'));
    const { missing } = await trip.restore(filesOf([here('www')]), backup);
    expect(missing).toMatchObject([{ path: here('settings.ini') }]);
    expect(() => lstatSync(here('settings.ini'))).toThrow('ENOENT');
  });

  test('a file that is not as it was stored fails the check', async () => {
    const definition = filesOf([here('www')]);
    const backup = await trip.backUp(definition);
    rmSync(here('www/index.html'));
    writeFileSync(here('www/.hidden'), 'longer');
    const { checks } = await trip.restore(definition, backup, { fetch: fetchNothing });
    expect(checks).toMatchObject([{ name: 'entries', passed: false }]);
    expect(checks[0]?.detail).toContain('6 of 8 entries are there');
    expect(checks[0]?.detail).toContain(here('www/.hidden'));
  });
});
