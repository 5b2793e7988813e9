import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { loadFiles, planOf } from './temporary-plan.ts';

const head = `muster: 1
name: shop
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  primary: { type: local, path: /backup/primary }
  second: { type: local, path: /backup/second }
`;

describe('the quickstart', () => {
  const path = join(import.meta.dirname, '../../examples/quickstart/muster.yaml');

  test('is without a word of complaint', async () => {
    const { plan, diagnostics, sources } = await loadPlan(path, { env: {} });
    expect(diagnostics).toEqual([]);
    expect(plan?.name).toBe('quickstart');
    expect(plan?.files[0]).toBe(path);
    expect(plan?.files).toEqual([...sources.keys()]);
  });

  test('follows its environment', async () => {
    const { plan } = await loadPlan(path, { env: { SHOP: '/srv/shop' } });
    expect(plan?.systems.get('orders')?.source).toMatchObject({ type: 'sqlite', path: '/srv/shop/data/orders.db' });
  });
});

describe('the hash', () => {
  const text = `${head}systems: { a: { source: { type: files, paths: ["\${A:-/a}"] }, storage: { to: primary, copies: [second] } } }\n`;

  test('is a SHA-256 that comments, layout and the environment do not change', async () => {
    const hash = await hashOf(text);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(`# comment\n${text.replace('/backup/primary', '"/backup/primary"')}`)).toBe(hash);
    expect(await hashOf(text, { A: '/b' })).toBe(hash);
  });

  test('changes with the content, also of what is inherited', async () => {
    const hash = await hashOf(text);
    expect(await hashOf(text.replace('/backup/second', '/backup/other'))).not.toBe(hash);
    expect(await hashOf(`${text}extends: [muster:retention/standard]\n`)).not.toBe(hash);
  });

  test('is the same for one file and for a folder that says the same', async () => {
    const { plan } = await loadFiles({ 'a.yaml': head, 'b.yaml': text.slice(head.length) }, { entry: '.' });
    expect(plan?.hash).toBe(await hashOf(text));
  });
});

async function hashOf(written: string, env = {}): Promise<string> {
  return (await planOf(written, env)).hash;
}

describe('the plan', () => {
  test('cannot be changed', async () => {
    const plan = await planOf(
      `${head}systems: { a: { source: { type: files, paths: [/a] }, storage: { to: primary, copies: [second] } } }\n`,
    );
    const system = plan.systems.get('a');
    expect(() => Object.assign(system ?? {}, { priority: 1 })).toThrow(TypeError);
    expect(() => Object.assign(system?.storage?.copies ?? [], ['x'])).toThrow(TypeError);
    expect(() => (plan.systems as Map<string, unknown>).delete('a')).toThrow(TypeError);
    expect(Object.isFrozen(plan.files)).toBe(true);
  });

  test('knows where its names stand', async () => {
    const plan = await planOf(`${head}contacts:\n  one: { primary: a@b }\naudiences: {}\n`);
    expect(plan.contacts.get('one')?.at).toMatchObject({ line: 8, column: 3, endLine: 8, endColumn: 6 });
  });

  test('may use names that objects have', async () => {
    const plan = await planOf(
      'muster: 1\nname: constructor\nsystems:\n  constructor: {}\n  tostring: { needs: [constructor] }\n',
    );
    expect(plan.systems.get('tostring')?.needs).toEqual(['constructor']);
  });

  test('may use anchors', async () => {
    const plan = await planOf(
      `${head}systems:
  a: { source: &s { type: files, paths: ["/\${A}"] }, storage: &t { to: primary, copies: [second] } }
  b: { source: *s, storage: *t }
`,
      { A: 'x' },
    );
    expect(plan.systems.get('b')?.source).toMatchObject({ paths: ['/x'] });
  });
});
