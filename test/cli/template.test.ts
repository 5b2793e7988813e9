import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planText, type Answers } from '../../src/cli/init/template.ts';
import { judgeObjectives } from '../../src/order/objectives.ts';
import { loadPlan } from '../../src/plan/load.ts';
import type { Plan } from '../../src/plan/model/plan.ts';
import { temporaryFolder } from '../e2e/muster.ts';

async function planFrom(answers: Answers, folder: string): Promise<Plan> {
  const path = join(folder, 'muster.yaml');
  await writeFile(path, planText(answers));
  const { plan, diagnostics } = await loadPlan(path, { env: {} });
  expect(diagnostics).toEqual([]);
  if (!plan) throw new Error('no plan');
  return plan;
}

describe('the plan that init writes', () => {
  test.each(['files', 'sqlite', 'files-and-sqlite'] as const)(
    '%s: is valid and keeps what it promises',
    async (template) => {
      const plan = await planFrom(
        { template, name: 'shop', source: './data', storage: './backups' },
        await temporaryFolder(),
      );
      const verdicts = judgeObjectives(plan, { now: Date.UTC(2026, 0) }).flatMap(({ rpo, rto }) => [
        rpo.verdict,
        rto.verdict,
      ]);
      expect(new Set(verdicts)).toEqual(new Set(['met']));
      expect(plan.runbooks.get('rebuild')?.steps).toHaveLength(3);
    },
  );

  test('means what was answered, whatever characters are in it', async () => {
    const folder = await temporaryFolder();
    // The paths must not lie in each other, and a line break cannot be typed.
    const odd = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => !/[\p{Cc}\p{Cs}/]|^\.*$/u.test(text));
    const fixed = [
      '${HOME}',
      '$${HOME}',
      "it's",
      '"quoted"',
      '# no comment',
      '- a: [b]',
      '{{x}}',
      ' spaces ',
      '~',
      'null',
      'x'.repeat(200),
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(odd, fc.constantFrom(...fixed)), async (text) => {
        const [source, storage] = [`/source/${text}`, `/storage/${text}`];
        const plan = await planFrom({ template: 'files', name: 'shop', source, storage }, folder);
        expect(plan.systems.get('files')?.source).toMatchObject({ paths: [source] });
        expect(plan.storage.get('primary')).toMatchObject({ type: 'local', path: storage });
      }),
      { numRuns: 100 },
    );
  });
});
