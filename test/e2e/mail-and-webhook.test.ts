import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHttpServer } from '../servers/http.ts';
import { startMailServer } from '../servers/smtp.ts';
import { muster, musterJson } from './muster.ts';

const password = 'hunter2/hunter2';
const secret = `whsec_${Buffer.from('a key of at least 24 bytes!').toString('base64')}`;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-mail-'));
  await mkdir(join(folder, 'etc'));
  await writeFile(join(folder, 'etc', 'app.conf'), 'port = 1\n');
  await writeFile(join(folder, 'muster.yaml'), planText);
});
afterEach(() => rm(folder, { recursive: true }));

const planText = `muster: 1
name: shop
timezone: Europe/Berlin
extends: [muster:messages/recovery, muster:messages/backup]
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }
storage:
  primary: { type: local, path: ./vault }
retention:
  few: { keep: { last: 3 } }
tiers:
  standard: { storage: { to: primary }, retention: few }
systems:
  configuration: { tier: standard, source: { type: files, paths: [./etc] } }
  ledger: { tier: standard, source: { type: files, paths: [./ledger] } }
channels:
  mail: { type: email, url: { env: SMTP_URL }, from: muster@shop.example }
  partners: { type: webhook, url: { env: HOOK_URL }, secret: { env: HOOK_SECRET } }
contacts:
  owner: { primary: owner@shop.example }
audiences:
  team: { channels: [mail, partners], contacts: [owner] }
  customers: { channels: [partners] }
runbooks:
  rebuild:
    title: Rebuild the shop
    incident: data-loss
    steps:
      - id: tell
        notify: { message: recovery-started, audiences: [team, customers] }
      - id: recover
        recover: { systems: [configuration] }
routes:
  - on: 'event.type == "backup.failed" && system.name == "ledger"'
    message: backup-failed
    audiences: [team]
    repeat: 4h
`;

interface Servers {
  readonly mail: { readonly port: number };
  readonly hook: { readonly port: number };
}

function environment({ mail, hook }: Servers): Record<string, string> {
  return {
    MUSTER_PASSPHRASE: 'open sesame',
    SMTP_URL: `smtp://backup:${encodeURIComponent(password)}@127.0.0.1:${mail.port}`,
    HOOK_URL: `http://127.0.0.1:${hook.port}/hook/a-secret-token`,
    HOOK_SECRET: secret,
  };
}

async function startServers() {
  const mail = await startMailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => {
      done(null, { user: auth.password === password ? auth.username : '' });
    },
  });
  const hook = await startHttpServer();
  return {
    mail,
    hook,
    async [Symbol.asyncDispose]() {
      await Promise.all([mail[Symbol.asyncDispose](), hook[Symbol.asyncDispose]()]);
    },
  };
}

test('a backup that fails is mailed and posted by its route, once in four hours', async () => {
  await using servers = await startServers();
  const env = environment(servers);
  const first = await muster(['backup', '--all'], { cwd: folder, env });
  expect(first.exitCode).not.toBe(0);
  expect(servers.mail.received).toMatchObject([
    {
      user: 'backup',
      to: ['owner@shop.example'],
      mail: {
        subject: '[shop] Backup of ledger failed',
        text: expect.stringContaining('muster backup ledger') as unknown,
      },
    },
  ]);
  const [request] = servers.hook.received;
  expect(new Webhook(secret).verify(request?.body ?? '', request?.headers as Record<string, string>)).toMatchObject({
    type: 'muster.message',
    source: 'muster/shop',
    severity: 'high',
    message: 'backup-failed',
    audience: 'team',
  });
  await muster(['backup', '--all'], { cwd: folder, env });
  expect(servers.mail.received).toHaveLength(1);
  expect(servers.hook.received).toHaveLength(1);
});

test('a recovery tells each audience in its own words; a simulation tells nobody', async () => {
  await using servers = await startServers();
  const env = environment(servers);
  await muster(['backup', 'configuration'], { cwd: folder, env });
  await rm(join(folder, 'etc'), { recursive: true });
  await muster(['recover', 'rebuild'], { cwd: folder, env });
  expect(servers.mail.received).toEqual([]);
  await muster(['recover', 'rebuild', '--execute', '--reason', 'the disk is dead'], { cwd: folder, env });
  expect(servers.mail.received.map(({ mail }) => mail.text)).toEqual([
    expect.stringMatching(
      /"Rebuild the shop" has started\.\n\nIncident: data-loss\nReason: the disk is dead\nSystems: configuration\n/,
    ),
  ]);
  const posted = servers.hook.received.map(({ body }) => JSON.parse(body) as { audience: string; text: string });
  expect(posted.map(({ audience }) => audience).toSorted()).toEqual(['customers', 'team']);
  expect(posted.find(({ audience }) => audience === 'customers')?.text).not.toContain('data-loss');
});

test('channels that fail never make a backup fail, and no secret is shown', async () => {
  await using servers = await startServers();
  const env = { ...environment(servers), SMTP_URL: `smtp://backup:wrong-${password}@127.0.0.1:${servers.mail.port}` };
  const outcome = await muster(['notify', 'recovery-started', '--to', 'team'], { cwd: folder, env });
  expect(outcome.exitCode).toBe(3);
  expect(outcome.stdout).toContain('sent  team by partners');
  expect(outcome.stdout).toContain('failed  team by mail');
  for (const shown of [password, secret, 'a-secret-token'])
    expect(`${outcome.stdout}${outcome.stderr}`).not.toContain(shown);
  const { runs } = await musterJson<{ runs: { status: string }[] }>(['runs'], { cwd: folder, env });
  expect(runs).toMatchObject([{ status: 'partial' }]);
});

test('a dry run shows the texts, needs no secret and leaves nothing behind', async () => {
  const outcome = await muster(['notify', 'recovery-started', '--to', 'customers', '--dry-run'], { cwd: folder });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  expect(outcome.stdout).toContain('Subject: [shop] Service disruption');
  expect(await readdir(folder)).toEqual(['etc', 'muster.yaml']);
});
