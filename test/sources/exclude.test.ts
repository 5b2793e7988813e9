import { array, assert, constant, constantFrom, oneof, property, sample, tuple } from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { toBytePath, type BytePath } from '../../src/base/capture.ts';
import { faultOfPattern } from '../../src/base/pattern.ts';
import { compileExclude, isUnreachable } from '../../src/sources/files/exclude.ts';
import { requireProgram } from '../require.ts';
import { makeGitTree } from './git-tree.ts';

function isExcluded(patterns: string[], path: string, paths = ['/srv']): boolean {
  const isFolder = path.endsWith('/');
  return compileExclude(patterns, paths)(toBytePath(path.replace(/\/$/, '')), isFolder);
}

describe('exclude', () => {
  test.each([
    ['*.tmp', '/srv/a.tmp', true],
    ['*.tmp', '/srv/deep/down/.a.tmp', true],
    ['*.tmp', '/srv/a.tmp.txt', false],
    ['cache/', '/srv/web/cache/', true],
    ['cache/', '/srv/web/cache', false],
    ['/cache', '/srv/cache', true],
    ['/cache', '/srv/web/cache', false],
    ['./cache', '/srv/cache', true],
    ['web/cache', '/srv/web/cache', true],
    ['web/cache', '/srv/old/web/cache', false],
    ['web/*.js', '/srv/web/js/a.js', false],
    ['web/**/*.js', '/srv/web/js/a.js', true],
    ['logs/**', '/srv/logs/', false],
    ['logs/**', '/srv/logs/today', true],
    ['{a,b}(c)', '/srv/{a,b}(c)', true],
    ['{a,b}', '/srv/a', false],
    ['ünï?', '/srv/ünïx', true],
    [String.raw`\!important`, '/srv/!important', true],
    ['srv', '/srv/', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(isExcluded([pattern], path)).toBe(expected);
  });

  test('anchors at each path of the source', () => {
    expect(isExcluded(['/cache'], '/data/cache', ['/srv', '/data'])).toBe(true);
    expect(isExcluded(['/cache'], '/', ['/'])).toBe(false);
    expect(isExcluded(['/cache'], '/cache', ['/'])).toBe(true);
  });

  test('takes names that are not UTF-8', () => {
    const excluded = compileExclude(['*.tmp'], ['/srv']);
    expect(excluded('/srv/\xff\xfe.tmp', false)).toBe(true);
  });

  test('tells what a walk never reaches', () => {
    const excluded = compileExclude(['cache/'], ['/srv', '/srv/cache/keep']);
    expect(isUnreachable(excluded, '/srv', '/srv/cache/keep')).toBe(true);
    expect(isUnreachable(excluded, '/srv', '/srv/web/keep')).toBe(false);
  });

  test.each([
    ['', 'empty'],
    ['!keep', 'negation'],
    ['a[b', 'not closed'],
    ['[]', 'not closed'],
    ['../x', '. or ..'],
    ['a\\', 'backslash'],
    ['[+-9]', 'slash'],
    ['[[:punct:]]', 'slash'],
  ])('refuses "%s" (%s)', (pattern, reason) => {
    expect(faultOfPattern(pattern)).toContain(reason);
    expect(() => compileExclude([pattern], ['/srv'])).toThrow(reason);
  });
});

describe.runIf(requireProgram('git'))('git reads the patterns in the same way', () => {
  const literals = 'a b c . - * { } ( ) | + @ " $ ^ ! ~ , ] [ ü'.split(' ');
  const names = array(constantFrom(...literals.map(toBytePath), ' ', '\xff'), { minLength: 1, maxLength: 3 })
    .map((atoms) => atoms.join(''))
    .filter((name) => name !== '.' && name !== '..');
  const tree = makeGitTree([
    ...sample(array(names, { minLength: 1, maxLength: 4 }), { numRuns: 400, seed: 20 }).map((path) => path.join('/')),
    'a/b/c',
    'b/a/c',
    'a/a/a',
    'c/a/b',
  ]);
  afterAll(() => tree.remove());

  const globs = ['*', '?', '[ab]', '[!a]', '[a-c]', String.raw`\*`, String.raw`\[`, '[]a]', '[^]b]', '[a-]', '[{,}]'];
  const classes = ['[[:alpha:]]', '[(|]', '[*]', '[.]', '[à-ÿ]', '[!ü]', String.raw`[\]c]`, '#', '**'];
  const segments = array(constantFrom(...literals, ...globs, ...classes), { minLength: 1, maxLength: 4 })
    .map((atoms) => atoms.join(''))
    // Git treats some `**` beside other characters against its own manual.
    .filter((segment) => segment === '**' || !segment.includes('**'));
  const patterns = tuple(constantFrom('', '/'), array(oneof(segments, constant('**')), { minLength: 1, maxLength: 3 }))
    .chain(([start, middle]) => constantFrom('', '/').map((end) => start + middle.join('/') + end))
    .filter((pattern) => faultOfPattern(pattern) === undefined && !pattern.startsWith('#'));

  function excludedHere(pattern: string): ReadonlySet<BytePath> {
    const excluded = compileExclude([pattern], ['/']);
    const found = new Set<BytePath>();
    for (const { path, isFolder } of tree.entries) {
      const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
      if (found.has(parent) || excluded(`/${path}`, isFolder)) found.add(path);
    }
    return found;
  }

  test('any pattern over any name', () => {
    assert(
      property(patterns, (pattern) => {
        const [ignored, excluded] = [tree.ignored(pattern), excludedHere(pattern)];
        const wrong = tree.entries.filter(({ path }) => excluded.has(path) !== ignored.has(path));
        expect(wrong).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
