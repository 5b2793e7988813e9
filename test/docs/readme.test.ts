import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { folderWith } from '../e2e/muster.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

test('the README is at most 180 lines, and says in 60 what muster is', () => {
  const lines = readme.split('\n');
  expect(lines.length).toBeLessThanOrEqual(181);
  const beginning = lines.slice(0, 60).join('\n');
  for (const part of ['npx muster demo', 'npm test', '```yaml', 'RTO: ', 'restic -r '])
    expect(beginning).toContain(part);
});

test('the plan in the README validates', async () => {
  const plan = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const folder = await folderWith({ 'muster.yaml': plan });
  const { diagnostics } = await loadPlan(join(folder, 'muster.yaml'), { env: {} });
  expect(diagnostics).toEqual([]);
});

test('links between documents lead somewhere', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...globSync('docs/**/*.md', { cwd: root }),
    ...globSync('examples/**/*.md', { cwd: root }),
  ];
  const broken = pages.flatMap((page) =>
    linksOf(page)
      .filter((link) => !existsSync(join(root, dirname(page), link)))
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

function linksOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}
