import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allowedImports, areaOf, sourceFiles } from './imports.ts';

const files = sourceFiles();

test('the sources are found at all', () => {
  expect(files.length).toBeGreaterThan(60);
});

test('every folder of src/ is in the import table, and nothing else is', () => {
  const areas = new Set(files.map((file) => file.area));
  expect([...areas].toSorted()).toEqual(Object.keys(allowedImports).toSorted());
});

test('folders import only what the table allows', () => {
  const forbidden = files.flatMap((file) =>
    file.imports
      .map(areaOf)
      .filter((to) => to !== file.area && !allowedImports[file.area]?.includes(to))
      .map((to) => `${file.path} imports ${to}`),
  );
  expect(forbidden).toEqual([]);
});

test('no file imports itself in a circle', () => {
  expect(findCycle(new Map(files.map((file) => [file.path, file.imports])))).toBeUndefined();
});

test('no file is longer than 300 lines, half of them at most 120', () => {
  const lengths = files.map((file) => file.lines).toSorted((a, b) => a - b);
  expect(files.filter((file) => file.lines > 301).map((file) => file.path)).toEqual([]);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(120);
});

test('there is no folder for things without a home', () => {
  expect(['util', 'utils', 'core', 'helpers', 'common', 'lib'].filter((name) => existsSync(`src/${name}`))).toEqual([]);
  expect(
    readdirSync('src')
      .filter((name) => name.endsWith('.ts'))
      .toSorted(),
  ).toEqual(['app.ts', 'index.ts', 'language.ts']);
});

function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node);
    if (cycle) return cycle;
  }
  return undefined;
}
