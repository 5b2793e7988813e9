import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { muster, musterJson, repository, temporaryFolder } from '../e2e/muster.ts';
import { startHttpServer, type HttpServer } from '../servers/http.ts';
import { startMailServer, type MailServer } from '../servers/smtp.ts';

/* The plan that uses everything, executed: with real files, a real database, a mail server, a web hook and a shop that answers. */

const plan = join(repository, 'examples/everything/muster');
const secret = `whsec_${Buffer.from('a key of at least 24 bytes!').toString('base64')}`;

interface World {
  readonly shop: string;
  readonly backups: string;
  readonly mail: MailServer;
  readonly hook: HttpServer;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

async function makeWorld(folder: string, mail: MailServer, hook: HttpServer, health: HttpServer): Promise<World> {
  const [shop, backups] = [join(folder, 'shop'), join(folder, 'backups')];
  for (const name of ['etc', 'data', 'www/cache', 'uploads']) await mkdir(join(shop, name), { recursive: true });
  await writeFile(join(shop, 'etc/shop.conf'), 'currency = EUR\n');
  await writeFile(join(shop, 'www/index.html'), '<h1>Open for business</h1>\n');
  await writeFile(join(shop, 'www/cache/page.html'), 'left out');
  using orders = new DatabaseSync(join(shop, 'data/orders.db'));
  orders.exec("create table orders (item text); insert into orders values ('a'), ('b'), ('c')");
  const env = {
    SHOP: shop,
    BACKUPS: backups,
    SHOP_PORT: String(health.port),
    MUSTER_PASSPHRASE: 'the one for every day',
    SAFE_PASSPHRASE: 'the one in the safe',
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    HOOK_URL: `http://127.0.0.1:${hook.port}/hook`,
    HOOK_SECRET: secret,
  };
  return { shop, backups, mail, hook, env, args: ['--plan', plan, '--state', join(folder, 'state')] };
}

test('everything is backed up, lost, and recovered by its runbook', { timeout: 120_000 }, async () => {
  await using mail = await startMailServer();
  await using hook = await startHttpServer();
  await using health = await startHttpServer((response) => response.end('{ "status": "UP" }'));
  const folder = await temporaryFolder();
  const world = await makeWorld(folder, mail, hook, health);
  const { shop, env, args } = world;
  const call = { cwd: folder, env };

  expect(await muster(['backup', '--all', ...args], call)).toMatchObject({ exitCode: 0 });
  expect(await muster(['backup', 'orders', '--schedule', 'yearly', ...args], call)).toMatchObject({ exitCode: 0 });
  const { backups } = await musterJson<{ backups: { system: string; storage: { name: string }[] }[] }>(
    ['backups', ...args],
    call,
  );
  expect(backups.map(({ system, storage }) => [system, ...storage.map(({ name }) => name)])).toEqual([
    ['orders', 'archive', 'office'],
    ['uploads', 'primary'],
    ['website', 'primary'],
    ['orders', 'primary', 'office'],
    ['configuration', 'primary', 'office'],
  ]);

  await rm(shop, { recursive: true });
  await mkdir(shop);
  const recovery = await musterJson<{ status: string; steps: { id: string; status: string }[]; deviations: string[] }>(
    ['recover', 'rebuild', '--execute', '--param', 'cause=fire', '--reason', 'fire in the server room', ...args],
    call,
  );
  expect(recovery).toMatchObject({ status: 'succeeded', deviations: [] });
  expect(await readFile(join(shop, 'www/index.html'), 'utf8')).toBe('<h1>Open for business</h1>\n');
  expect(await readFile(join(shop, 'services.log'), 'utf8')).toBe('stop shop\nstart shop\n');
  await access(join(shop, 'comparison', shop, 'www/index.html'));
  await expectMessages(world);
});

async function expectMessages({ mail, hook, backups }: World): Promise<void> {
  expect(mail.received.map(({ to, mail: { subject } }) => ({ to, subject }))).toEqual([
    {
      to: ['owner@shop.example', 'on-call@shop.example', 'archive@shop.example'],
      subject: '[everything] DATA-LOSS: recovery has started',
    },
    { to: expect.any(Array) as unknown, subject: '[everything] The shop is back' },
  ]);
  expect(mail.received[0]?.mail.text).toContain('Cause: fire\n');
  const posted = hook.received.map(
    ({ body, headers }) => new Webhook(secret).verify(body, headers as Record<string, string>) as { text: string },
  );
  expect(posted.map(({ text }) => text.trim())).toEqual([
    'The shop is not available at the moment. We are working on it and will write again.',
    expect.stringMatching(/^It took .*\.\nThe data is as of .* \+00:00\.$/),
  ]);
  const log = (await readFile(join(backups, 'messages.jsonl'), 'utf8')).trimEnd().split('\n');
  const audiences = log.map((line) => (JSON.parse(line) as { audience: string }).audience);
  // Audiences are told at the same time, in no order.
  expect(audiences.toSorted()).toEqual(['record', 'team', 'team']);
}

test(
  'a backup that fails is told to the team, and either passphrase opens what is there',
  { timeout: 120_000 },
  async () => {
    await using mail = await startMailServer();
    await using hook = await startHttpServer();
    const folder = await temporaryFolder();
    const { shop, env, args } = await makeWorld(folder, mail, hook, hook);
    await rm(join(shop, 'etc'), { recursive: true });
    const partly = await muster(['backup', 'configuration', 'uploads', ...args], { cwd: folder, env });
    expect(partly.exitCode).toBe(3);
    expect(mail.received.map(({ mail: { subject } }) => subject)).toEqual([
      '[everything] Backup of configuration failed',
    ]);
    const other = { ...env, MUSTER_PASSPHRASE: 'forgotten' };
    expect(await muster(['verify', '--system', 'uploads', ...args], { cwd: folder, env: other })).toMatchObject({
      exitCode: 0,
    });
  },
);
