import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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
  const folder = await temporaryFolder();
  await copyFile(join(repository, 'examples/quickstart/muster.yaml'), join(folder, 'muster.yaml'));
  await mkdir(join(folder, 'shop'));
  await makeCompany(join(folder, 'shop'), orders);
  return { folder, data: join(folder, 'shop'), backups: join(folder, 'backups') };
}
