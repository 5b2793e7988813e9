import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { expectSound } from './sound.ts';
import { loadFiles } from './temporary-plan.ts';

const keywords =
  'keys storage retention tiers systems probes actions runbooks channels messages routes a b steps run uses ' +
  'with restore recover needs source type paths to copies schedules cron every passphrase env url text params ' +
  'default keep objectives command http tcp expect set';

describe('any bytes', () => {
  test('give diagnostics inside the file, and never an exception', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expectSound(await loadFiles({ 'soup.yaml': bytes }));
    });
    await expect(fc.assert(property, { numRuns: 100 })).resolves.toBeUndefined();
  });

  test('and any text of the characters that mean something', async () => {
    const unit = fc.constantFrom(...'abc01: -[]{}#&*!|>\'"%@`,?~\n\t${}<=.\\'.split(''));
    const property = fc.asyncProperty(fc.string({ unit, maxLength: 120 }), async (text) => {
      expectSound(await loadFiles({ 'soup.yaml': text }));
    });
    await expect(fc.assert(property, { numRuns: 200 })).resolves.toBeUndefined();
  });
});

describe('any values', () => {
  const word = fc.constantFrom(
    'a',
    'b',
    'type',
    'files',
    'local',
    'path',
    'paths',
    '/x',
    '1h',
    'daily',
    '${A}',
    '{{a}}',
    '',
    '*',
    'latest',
  );
  const leaf = fc.oneof(word, fc.integer({ min: -2, max: 5 }), fc.boolean(), fc.constant(null), fc.double());
  const keyword = fc.constantFrom(...keywords.split(' '));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'large', maxDepth: 6, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keyword, tie('value'), { maxKeys: 5 }),
    ),
  }));
  const plan = fc.dictionary(keyword, fc.oneof(value, fc.dictionary(word, value, { maxKeys: 3 })), { maxKeys: 8 });

  test('in the shape of a plan give diagnostics inside the file, and never an exception', async () => {
    const property = fc.asyncProperty(plan, async (content) => {
      expectSound(await loadFiles({ 'plan.yaml': stringify({ muster: 1, name: 'x', ...content }) }));
    });
    await expect(fc.assert(property, { numRuns: 300 })).resolves.toBeUndefined();
  });
});
