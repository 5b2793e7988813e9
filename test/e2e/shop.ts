import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { makeCompany } from '../../src/cli/demo/company.ts';
import { repository, temporaryFolder } from './muster.ts';

export interface Shop {
  /** Holds `muster.yaml`, the shop and its backups. */
  readonly folder: string;
  readonly data: string;
  readonly backups: string;
}

/** The quickstart example with data: what every end-to-end test begins with. */
export async function makeShop(orders = 500): Promise<Shop> {
  return shopIn(await temporaryFolder(), orders);
}

/** One that all tests of a file share; for `beforeAll`. */
export async function makeShopForFile(orders: number): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return shopIn(folder, orders);
}

async function shopIn(folder: string, orders: number): Promise<Shop> {
  await copyFile(join(repository, 'examples/quickstart/muster.yaml'), join(folder, 'muster.yaml'));
  await mkdir(join(folder, 'shop'));
  await makeCompany(join(folder, 'shop'), orders);
  return { folder, data: join(folder, 'shop'), backups: join(folder, 'backups') };
}
