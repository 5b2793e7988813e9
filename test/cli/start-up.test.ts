import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { program, repository } from '../e2e/muster.ts';

/** Prints every module that is loaded, at the end. */
const listing = `import { registerHooks } from 'node:module';
const urls = [];
registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
process.on('exit', () => console.error(urls.join('\\n')));`;

test('looking at a plan loads nothing of what it takes to carry it out', async () => {
  const hook = ['--import', `data:text/javascript,${encodeURIComponent(listing)}`];
  const plan = join(repository, 'examples/quickstart');
  const loadedBy = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await execa(process.execPath, [...hook, program, ...args])).stderr.split('\n');
  const heavy =
    /\/src\/(vault|sources|steps)\/|\/run\/engine\.ts|node_modules\/(execa|sodium-native|nodemailer|koffi)\//;
  const validate = await loadedBy('validate', plan);
  expect(validate.length).toBeGreaterThan(100);
  expect(validate.filter((url) => heavy.test(url))).toEqual([]);
  const version = await loadedBy('--version');
  expect(version.filter((url) => heavy.test(url) || url.includes('/src/index.ts'))).toEqual([]);
});
