import { createHash } from 'node:crypto';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A small shop below `folder`: configuration, a database of orders, a web site. The same bytes each time. */
export async function makeCompany(folder: string, orders: number): Promise<void> {
  await makeConfiguration(join(folder, 'etc'));
  await mkdir(join(folder, 'data'), { recursive: true });
  makeOrders(join(folder, 'data/orders.db'), orders);
  await makeWebsite(join(folder, 'www'));
}

/** Places further orders, as customers do between a backup and a disaster. */
export function placeOrders(path: string, count: number): void {
  const database = new DatabaseSync(path);
  const insert = database.prepare('insert into orders (customer, total, placed) values (?, ?, ?)');
  database.exec('begin');
  for (let index = 0; index < count; index += 1)
    insert.run(`customer-${index % 997}`, (index * 37) % 90_000, 1_700_000_000 + index);
  database.exec('commit');
  database.close();
}

async function makeConfiguration(folder: string): Promise<void> {
  await mkdir(join(folder, 'sites'), { recursive: true });
  for (let index = 0; index < 20; index += 1) {
    await writeFile(join(folder, 'sites', `site-${index}.conf`), `listen 80${index}\nroot /srv/www/${index}\n`, {
      mode: 0o640,
    });
  }
  await writeFile(join(folder, 'shop.conf'), 'currency = EUR\ntimezone = Europe/Berlin\n', { mode: 0o600 });
  await symlink('sites/site-0.conf', join(folder, 'default.conf'));
}

function makeOrders(path: string, count: number): void {
  const database = new DatabaseSync(path);
  database.exec(
    'pragma journal_mode = wal; create table orders (id integer primary key, customer text not null, total integer not null, placed integer not null)',
  );
  database.close();
  placeOrders(path, count);
}

async function makeWebsite(folder: string): Promise<void> {
  await mkdir(join(folder, 'images'), { recursive: true });
  await mkdir(join(folder, 'cache'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>The shop</title><h1>Open for business</h1>\n');
  for (let index = 0; index < 300; index += 1) {
    await writeFile(
      join(folder, `article ${index} — größe.html`),
      `<h1>Article ${index}</h1>\n${'<p>In stock.</p>\n'.repeat(index)}`,
    );
  }
  for (let index = 0; index < 24; index += 1)
    await writeFile(join(folder, 'images', `photo-${index}.jpg`), noise(`photo ${index}`, 400_000));
  await link(join(folder, 'images/photo-0.jpg'), join(folder, 'images/cover.jpg'));
  await writeFile(join(folder, 'cache/page.html'), 'left out of the backup');
}

/** Bytes that look like a photograph to a compressor. */
function noise(seed: string, length: number): Buffer {
  const pieces: Buffer[] = [];
  for (let index = 0; pieces.length * 64 < length; index += 1)
    pieces.push(createHash('sha512').update(`${seed} ${index}`).digest());
  return Buffer.concat(pieces).subarray(0, length);
}
