import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { repository, temporaryFolder } from './muster.ts';

test('the packed package runs in an empty folder, as a program and as a library', { timeout: 300_000 }, async () => {
  const folder = await temporaryFolder();
  const packed = await execa('npm', ['pack', '--json', '--pack-destination', folder], { cwd: repository });
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [{ filename: string }];
  await execa('npm', ['init', '-y'], { cwd: folder });
  await execa('npm', ['install', '--no-audit', '--no-fund', join(folder, filename)], { cwd: folder });

  const bin = join(folder, 'node_modules/muster/src/muster.js');
  const version = await execa(process.execPath, [bin, '--version'], { cwd: folder });
  const { version: expected } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(version.stdout).toBe(expected);

  const demo = await execa(process.execPath, [bin, 'demo'], { cwd: folder });
  expect(demo.stdout).toContain('every byte, mode, owner, time and link as before');

  await execa(process.execPath, [bin, 'init', 'first', '--yes'], { cwd: folder });
  const script = `import { loadPlan } from 'muster'; const { plan } = await loadPlan('first/muster.yaml', { env: {} }); console.log(plan.name);`;
  const library = await execa(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  expect(library.stdout).toBe('first');
});

test('an old Node gets a sentence instead of a stack', async () => {
  const launcher = await readFile(join(repository, 'src/muster.js'), 'utf8');
  const folder = await temporaryFolder();
  // The launcher itself, told that it runs on an old version.
  const script = launcher.replace(/^#!.*\n/, '').replaceAll('process.versions.node', '"20.20.2"');
  const { exitCode, stderr } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    reject: false,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('muster needs Node 24.12 or newer; this is Node 20.20.2.');
});
