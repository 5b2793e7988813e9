import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { expectSound } from './sound.ts';
import { loadFiles } from './temporary-plan.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-hostile-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function codesOf(path: string): Promise<readonly string[]> {
  const result = await loadPlan(path, { env: {} });
  expectSound(result);
  return result.diagnostics.map(({ code }) => code);
}

describe('what is no readable file', () => {
  test('a path that does not exist', async () => {
    expect(await codesOf(join(folder, 'missing.yaml'))).toEqual(['unreadable']);
    expect(await codesOf(join(folder, 'missing/muster.yaml'))).toEqual(['unreadable']);
  });

  test('a named pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    expect(await codesOf(join(folder, 'pipe.yaml'))).toEqual(['unreadable']);
  });

  test('a device without an end', async () => {
    expect(await codesOf('/dev/zero')).toEqual(['unreadable']);
  });

  test('a file of the kernel without a size', async () => {
    expect(await codesOf('/proc/self/limits')).not.toEqual([]);
  });

  test('a link to itself', async () => {
    await symlink('loop.yaml', join(folder, 'loop.yaml'));
    expect(await codesOf(join(folder, 'loop.yaml'))).toEqual(['unreadable']);
  });

  test('a file that is too large', async () => {
    await writeFile(join(folder, 'large.yaml'), Buffer.alloc(8 * 2 ** 20 + 1, '#'));
    expect(await codesOf(join(folder, 'large.yaml'))).toEqual(['too-large']);
  });

  test('a folder inside a folder of plans', async () => {
    const { diagnostics } = await loadFiles({ 'a.yaml': 'muster: 1\nname: x\n', 'b.yaml/c.yaml': '' }, { entry: '.' });
    expect(diagnostics.map(({ code }) => code)).toEqual(['unreadable']);
  });

  test('a folder that contains itself by a link, extended over and over', async () => {
    await writeFile(join(folder, 'spiral.yaml'), 'muster: 1\nname: x\nextends: [./again/spiral.yaml]\n');
    await symlink('.', join(folder, 'again'));
    expect(await codesOf(join(folder, 'spiral.yaml'))).toEqual(['cyclic-extends']);
  });
});

const head = 'muster: 1\nname: x\n';

describe('files that are made to exhaust the reader', () => {
  const bombs: Readonly<Record<string, string>> = {
    'open lists': `a: ${'['.repeat(100_000)}`,
    'open maps': '{a: '.repeat(50_000),
    'lists inside each other': `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    'lists on one line': '- '.repeat(50_000),
    'keys on one line': '? '.repeat(50_000),
    'maps inside each other': Array.from({ length: 1500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    commas: `a: [${','.repeat(200_000)}]`,
    'values without end': `a: [${'1,'.repeat(1_100_000)}]`,
    directives: '%x\n'.repeat(100_000),
    documents: '---\n'.repeat(50_000),
    'anchors of anchors': `${head}a:\n${Array.from(
      { length: 60 },
      (_, index) => `  - &a${index + 1} [*a${index}, *a${index}]`,
    )
      .join('\n')
      .replace('*a0, *a0', 'x')}`,
    'an anchor in itself': `${head}systems: &s { a: *s, b: { needs: *s } }`,
    'a long chain of anchors': `${head}systems:\n${Array.from(
      { length: 3000 },
      (_, index) => `  a${index + 1}: &a${index + 1} { needs: [*a${index}] }`,
    )
      .join('\n')
      .replace('*a0', 'x')}`,
    'a long text': `${head}systems:\n  ${'a'.repeat(1_000_000)}: { tier: ${'b'.repeat(1_000_000)} }`,
    'a long duration': `${head}runbooks: { r: { steps: [{ wait: ${'1'.repeat(500_000)}x }] } }`,
    'a long cron': `${head}tiers: { t: { schedules: { s: { backup: full, cron: "${'* '.repeat(200_000)}" } } } }`,
    'a long pattern': `${head}probes: { p: { tcp: "${'a:'.repeat(200_000)}" } }`,
    'a long address': `${head}contacts: { c: { primary: "${'<@'.repeat(200_000)}" } }`,
    'a long URL': `${head}channels: { c: { type: webhook, url: "https://${'a:'.repeat(100_000)}@x" } }`,
    'open variables': `${head}contacts: { c: { primary: "${'${'.repeat(200_000)}" } }`,
    'many variables': `${head}contacts: { c: { primary: "${'${A:-b}'.repeat(100_000)}" } }`,
    'many unknown keys': head + Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join('\n'),
    'many wrong items': `${head}systems: { a: { needs: [${'1,'.repeat(100_000)}] } }`,
    'many references that lead nowhere': `${head}systems:\n${Array.from({ length: 10_000 }, (_, index) => `  sys-${index}: { needs: [sis-${index}] }`).join('\n')}`,
    'a long circle': `${head}systems:\n${Array.from({ length: 10_000 }, (_, index) => `  s${index}: { needs: [s${(index + 1) % 10_000}] }`).join('\n')}`,
    'many circles': `${head}systems:\n${Array.from({ length: 10_000 }, (_, index) => `  s${index}: { needs: [s${index}] }`).join('\n')}`,
    'many steps': `${head}runbooks: { r: { steps: [${'{ wait: 1s, when: "true", needs: [x] },'.repeat(10_000)}] } }`,
    'many names of the same': `${head}systems:\n${'  a: {}\n'.repeat(50_000)}`,
  };

  test.for(Object.entries(bombs))('%s', { timeout: 30_000 }, async ([, text]) => {
    const result = await loadFiles({ 'bomb.yaml': text });
    expectSound(result);
    expect(result.plan).toBeUndefined();
    expect(result.diagnostics.length).toBeLessThanOrEqual(1001);
  });

  test('more problems than anybody reads are counted', async () => {
    const { diagnostics } = await loadFiles({ 'bomb.yaml': bombs['many unknown keys'] ?? '' });
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'too-many-problems',
      message: '59000 more problems are not shown',
    });
  });
});

describe('files that extend each other without end', () => {
  test('a ladder whose ways double at every step is climbed once', async () => {
    expect((await loadFiles(ladder(45))).diagnostics).toEqual([]);
  });

  test('too many are refused', async () => {
    const { diagnostics } = await loadFiles(ladder(200));
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['too-large']));
  });
});

/** Each of `count` files extends the two after it. */
function ladder(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `f${index}.yaml`,
      `${index === 0 ? head : ''}extends: [${[index + 1, index + 2]
        .filter((next) => next < count)
        .map((next) => `f${next}.yaml`)
        .join(', ')}]\n`,
    ]),
  );
}
