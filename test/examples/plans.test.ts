import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { muster, repository, temporaryFolder } from '../e2e/muster.ts';
import { requireProgram } from '../require.ts';

const examples = join(repository, 'examples');
const names = readdirSync(examples);

describe.each(names)('examples/%s', (name) => {
  const path = join(examples, name, existsSync(join(examples, name, 'muster.yaml')) ? 'muster.yaml' : 'muster');

  test('is valid without a warning, and keeps every objective', async () => {
    const { plan, diagnostics } = await loadPlan(path, { env: {} });
    expect(diagnostics).toEqual([]);
    expect(plan?.name).toBe(name);
    const strict = await muster(['validate', '--strict', '--plan', path], { cwd: await temporaryFolder() });
    expect(strict).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('can be previewed before there is any backup', async () => {
    const cwd = await temporaryFolder();
    const state = ['--plan', path, '--state', join(cwd, 'state')];
    const preview = await muster(['preview', '--for', '30d', ...state], { cwd });
    expect(preview).toMatchObject({ exitCode: 0, stderr: '' });
    expect(preview.stdout).not.toContain('violated');
    expect(existsSync(join(cwd, 'state'))).toBe(false);
  });
});

test('the plan in examples/everything uses every section and every kind of step', async () => {
  const { plan } = await loadPlan(join(examples, 'everything/muster'), { env: {} });
  const { files: _, folder, hash, name, timezone, ...sections } = plan ?? {};
  expect({ folder, hash, name, timezone }).not.toContain(undefined);
  for (const [section, definitions] of Object.entries(sections))
    expect(
      `${section}: ${definitions instanceof Map ? definitions.size : (definitions as unknown[]).length}`,
    ).not.toMatch(/: 0$/);
  const steps = [...(plan?.runbooks.values() ?? []), ...(plan?.actions.values() ?? [])].flatMap((list) => list.steps);
  expect(new Set(steps.map((step) => step.kind))).toEqual(
    new Set(['run', 'uses', 'restore', 'recover', 'probe', 'notify', 'wait']),
  );
});

describe.runIf(requireProgram('sqlite3', ['--version']))('examples/quickstart/try.sh', () => {
  test('survives its disaster, and leaves nothing behind', { timeout: 120_000 }, async () => {
    const temporary = await temporaryFolder();
    const script = join(examples, 'quickstart/try.sh');
    const { stdout } = await execa(script, { cwd: temporary, env: { TMPDIR: temporary, NO_COLOR: '1' } });
    expect(stdout).toMatch(/All files and all 1000 orders are back\.$/);
    expect(readdirSync(temporary).filter((left) => left !== 'node-compile-cache')).toEqual([]);
  });
});
