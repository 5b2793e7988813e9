import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { muster, musterJson, repository, temporaryFolder } from '../e2e/muster.ts';

/* The example with three places: what it promises, what a place that is down does to it, and what one place alone gives back. */

const plan = join(repository, 'examples/copies/muster.yaml');

interface Backup {
  readonly system: string;
  readonly status: string;
  readonly storage: readonly { readonly name: string; readonly status: string }[];
}

test('copies are made in three ways, told when they are missing, and used when nothing else is left', async () => {
  const folder = await temporaryFolder();
  const [places, data] = [join(folder, 'places'), join(folder, 'data')];
  await mkdir(places);
  for (const name of ['orders', 'website', 'photos']) {
    await mkdir(join(data, name), { recursive: true });
    await writeFile(join(data, name, 'content'), `of ${name}`);
  }
  const call = { cwd: folder, env: { PLACES: places, DATA: data } };
  const args = ['--plan', plan, '--state', join(folder, 'state')];
  expect(await muster(['validate', '--strict', plan], call)).toMatchObject({ exitCode: 0 });

  await writeFile(join(places, 'vault'), 'the bank is closed');
  expect(await muster(['backup', '--all', ...args], call)).toMatchObject({ exitCode: 3 });
  expect(await states(args, call)).toEqual({
    orders: 'partial: shop stored, office stored, vault failed',
    website: 'succeeded: shop stored, office stored',
    photos: 'succeeded: shop stored, office waiting, vault waiting',
  });
  await rm(join(places, 'vault'));
  expect(await muster(['copy', ...args], call)).toMatchObject({ exitCode: 0 });
  expect(await states(args, call)).toEqual({
    orders: 'succeeded: shop stored, office stored, vault stored',
    website: 'succeeded: shop stored, office stored',
    photos: 'succeeded: shop stored, office stored, vault stored',
  });

  for (const place of ['shop', 'office']) await rm(join(places, place), { recursive: true });
  const restored = await muster(['restore', 'photos', '--to', join(folder, 'out'), ...args], call);
  expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('restored from vault') as string });
  expect(await readFile(join(folder, 'out', data, 'photos/content'), 'utf8')).toBe('of photos');
});

async function states(
  args: readonly string[],
  call: Parameters<typeof muster>[1],
): Promise<Readonly<Record<string, string>>> {
  const { backups } = await musterJson<{ readonly backups: readonly Backup[] }>(['backups', ...args], call);
  return Object.fromEntries(
    backups.map(({ system, status, storage }) => [
      system,
      `${status}: ${storage.map((copy) => `${copy.name} ${copy.status}`).join(', ')}`,
    ]),
  );
}
