import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFiles } from '../temporary-plan.ts';

describe('extends and folders', () => {
  test('a definition of the plan replaces an inherited one whole', async () => {
    const { plan } = await loadFiles({
      'muster.yaml':
        'muster: 1\nname: shop\nextends: [./parts/a.yaml]\ncontacts: { one: { primary: own@shop.example } }\n',
      'parts/a.yaml':
        'extends: [b.yaml]\ncontacts: { one: { primary: a@shop.example }, two: { primary: a@shop.example } }\n',
      'parts/b.yaml': 'contacts: { two: { primary: b@shop.example }, three: { primary: b@shop.example } }\n',
    });
    expect([...(plan?.contacts.values() ?? [])].map(({ name, primary }) => [name, primary])).toEqual([
      ['one', 'own@shop.example'],
      ['two', 'a@shop.example'],
      ['three', 'b@shop.example'],
    ]);
  });

  test('what two files extend is inherited once', async () => {
    const { diagnostics, plan } = await loadFiles({
      'muster.yaml': 'muster: 1\nname: shop\nextends: [a.yaml, b.yaml]\n',
      'a.yaml': 'extends: [c.yaml]\n',
      'b.yaml': 'extends: [c.yaml]\n',
      'c.yaml': 'contacts: { one: { primary: c@shop.example } }\nroutes: []\n',
    });
    expect(diagnostics).toEqual([]);
    expect(plan?.files.map((file) => file.split('/').at(-1))).toEqual(['muster.yaml', 'a.yaml', 'c.yaml', 'b.yaml']);
  });

  test('paths are relative to their own file, commands run in the folder of the plan', async () => {
    const { plan, folder } = await loadFiles({
      'muster.yaml': 'muster: 1\nname: shop\nextends: [parts/a.yaml]\naudiences: { team: { channels: [log] } }\n',
      'parts/a.yaml': 'channels: { log: { type: file, path: log.jsonl } }\n',
    });
    expect(plan?.channels.get('log')).toMatchObject({ path: join(folder, 'parts/log.jsonl') });
    expect(plan?.folder).toBe(folder);
  });

  test('the files of a folder make one plan, in the order of their names', async () => {
    const { plan, folder, diagnostics } = await loadFiles(
      {
        'b.yaml': 'contacts: { two: { primary: b@shop.example } }\n',
        'a.yml': 'muster: 1\nname: shop\ncontacts: { one: { primary: a@shop.example } }\n',
        '.hidden.yaml': 'name: other\n',
        'README.md': 'not a plan\n',
      },
      { entry: '.' },
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['unused-definition', 'unused-definition']);
    expect([...(plan?.contacts.keys() ?? [])]).toEqual(['one', 'two']);
    expect(plan?.folder).toBe(folder);
  });

  test.for(['retention', 'tiers', 'messages'])('every bundled file of %s can be extended', async (kind) => {
    const names = readdirSync(join(import.meta.dirname, '../../../plans', kind)).map((name) =>
      name.replace('.yaml', ''),
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names)
      expect(
        (await loadFiles({ 'm.yaml': `muster: 1\nname: x\nextends: [muster:${kind}/${name}]\n` })).diagnostics,
      ).toEqual([]);
  });

  test('a bundled file that there is not gives the list of those that there are', async () => {
    const { diagnostics } = await loadFiles({ 'm.yaml': 'muster: 1\nname: x\nextends: [muster:nothing-at-all]\n' });
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: 'unknown-library', line: 3, column: 11 });
    expect(diagnostics[0]?.hint).toMatch(/^Choose .*`muster:tiers\/enterprise`/);
  });
});
