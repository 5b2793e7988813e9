import { describe, expect, test } from 'vitest';
import { loadFiles, placesOf, planOf } from '../temporary-plan.ts';

const head = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  primary: { type: local, path: /backup/primary }
  second: { type: local, path: /backup/second }
`;

describe('environment values', () => {
  test.for([
    ['${A}/x', { A: '/srv' }, '/srv/x'],
    ['${A:-/opt}/x', {}, '/opt/x'],
    ['${A:-/opt}/x', { A: '' }, '/opt/x'],
    ['/a${A}b', { A: '' }, '/ab'],
    ['/$${A}', { A: 'x' }, '/${A}'],
    ['/$A', { A: 'x' }, '/$A'],
    ['/${A}', { A: '${B}' }, '/${B}'],
    ['/${A:-a:b}', {}, '/a:b'],
  ] as const)('%s with %o is %s', async ([written, env, path]) => {
    const plan = await planOf(text(written), env);
    expect(plan.systems.get('a')?.source).toMatchObject({ paths: [path] });
  });

  test('inherited names of objects are no variables', async () => {
    expect(placesOf(await loadFiles({ 'm.yaml': text('/${constructor}') }))).toEqual(['7:50 missing-variable']);
  });

  test('a value is not shown when it does not fit', async () => {
    const { diagnostics } = await loadFiles(
      {
        'm.yaml': `${head}runbooks: { r: { steps: [{ wait: "\${TOKEN}" }, { recover: { systems: ["\${TOKEN}"], at: "\${TOKEN}" } }] } }\n`,
      },
      { env: { TOKEN: 'very secret' } },
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['bad-duration', 'dangling-reference', 'bad-instant']);
    expect(JSON.stringify(diagnostics)).not.toContain('very secret');
  });
});

/** A plan with that path in it. */
function text(path: string): string {
  return `${head}systems: { a: { source: { type: files, paths: ["${path}"] }, storage: { to: primary, copies: [second] } } }\n`;
}
