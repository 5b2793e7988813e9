import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateValidators } from '../../../src/plan/schema/generate-validators.ts';
import { generatePages } from '../../../src/plan/schema/generate-pages.ts';

const root = join(import.meta.dirname, '../../..');

describe('what `npm run generate` makes', () => {
  test('the validators are those of the schemas', async () => {
    const committed = readFileSync(join(root, 'src/plan/schema/validators.js'), 'utf8');
    expect(committed === (await generateValidators()), 'run `npm run generate`').toBe(true);
  });

  test('the validators need no library', () => {
    const committed = readFileSync(join(root, 'src/plan/schema/validators.js'), 'utf8');
    expect(committed).not.toMatch(/\brequire\(|^import\b|\bimport\(/m);
  });

  test('the pages are those of the schemas and codes', async () => {
    for (const [path, text] of await generatePages())
      expect(readFileSync(path, 'utf8') === text, `${path}: run \`npm run generate\``).toBe(true);
  });
});
