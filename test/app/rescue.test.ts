import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadPlan, openMuster } from '../../src/index.ts';
import { requireProgram } from '../require.ts';

const plan = `muster: 1
name: shop
keys:
  main: { passphrase: { env: MAIN } }
  escrow: { passphrase: { env: ESCROW } }
storage:
  primary: { type: local, path: ./backups }
tiers:
  standard: { storage: { to: primary } }
systems:
  web: { tier: standard, source: { type: files, paths: [./data] }, needs: [files] }
  files: { tier: standard, source: { type: files, paths: [./data] } }
`;
const secrets = { MAIN: 'correct horse', ESCROW: 'battery staple' };

describe('the rescue page in a storage target', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-rescue-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/page.html'), 'hello');
    writeFileSync(join(folder, 'muster.yaml'), plan);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const backups = (name = ''): string => join(folder, 'backups', name);

  async function backUp(text = plan): Promise<string> {
    writeFileSync(join(folder, 'muster.yaml'), text);
    const { plan: loaded } = await loadPlan(join(folder, 'muster.yaml'), { env: secrets });
    if (!loaded) throw new Error('the plan is invalid');
    const muster = openMuster(loaded, { env: secrets });
    try {
      const { status, backups: made } = await muster.backup({ systems: ['web'] });
      expect(status).toBe('succeeded');
      return made[0]?.backup?.id ?? '';
    } finally {
      await muster.close();
    }
  }

  test('is there from the first backup on, names systems and keys, and nothing that is secret', async () => {
    await backUp();
    const text = readFileSync(backups('RESCUE.md'), 'utf8');
    for (const part of ['`shop`', '`primary`', '`main`, `escrow`', '- `web` (files); needs `files`'])
      expect(text).toContain(part);
    for (const part of [...Object.values(secrets), 'ESCROW', folder, 'data']) expect(text).not.toContain(part);
  });

  test('is written anew when the plan has changed, and left alone otherwise', async () => {
    await backUp();
    const written = (): bigint => statSync(backups('RESCUE.md'), { bigint: true }).mtimeNs;
    const before = written();
    await backUp();
    expect(written()).toBe(before);
    await backUp(plan.replace('name: shop', 'name: market'));
    expect(readFileSync(backups('RESCUE.md'), 'utf8')).toContain('`market`');
  });

  test('brings everything back with the plan and the script that are in it', async () => {
    const id = await backUp();
    const text = readFileSync(backups('RESCUE.md'), 'utf8');
    const [, yaml = ''] = text.split('```yaml\n');
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const rescuePlan = (yaml.split('```')[0] ?? '').replace('/path/of/this/folder', backups());
    writeFileSync(join(elsewhere, 'muster.yaml'), rescuePlan);
    const env = { PASSPHRASE: secrets.ESCROW };
    const { plan: loaded, diagnostics } = await loadPlan(join(elsewhere, 'muster.yaml'), { env });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    if (!loaded) return;
    const muster = openMuster(loaded, { env });
    const { status } = await muster.restore({
      what: id,
      from: 'primary',
      moment: { kind: 'latest' },
      place: { kind: 'folder', path: join(elsewhere, 'by muster') },
      paths: [],
      overwrite: 'never',
    });
    await muster.close();
    expect(status).toBe('succeeded');
    const options = { cwd: backups(), env: { ...process.env, RESTIC_PASSWORD: secrets.MAIN } };
    execFileSync(process.execPath, ['rescue.mjs', '.', 'latest', join(elsewhere, 'by script')], options);
    for (const way of ['by muster', 'by script'])
      expect(readFileSync(join(elsewhere, way, folder, 'data/page.html'), 'utf8')).toBe('hello');
  });

  test.runIf(requireProgram('restic'))('restic does not mind it', async () => {
    await backUp();
    expect(readdirSync(backups())).toEqual(expect.arrayContaining(['RESCUE.md', 'rescue.mjs']));
    const env = { ...process.env, RESTIC_PASSWORD: secrets.MAIN, RESTIC_REPOSITORY: backups() };
    const restic = (...args: readonly string[]): string =>
      execFileSync('restic', ['--no-cache', ...args], { env, encoding: 'utf8', stdio: 'pipe' });
    expect(restic('check', '--read-data')).toContain('no errors were found');
    restic('backup', join(folder, 'data'));
    restic('forget', '--keep-last', '1', '--prune');
    expect(restic('check')).toContain('no errors were found');
    expect(existsSync(backups('RESCUE.md'))).toBe(true);
  });
});
