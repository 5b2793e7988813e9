import { appendFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { startHttpServer } from '../servers/http.ts';
import { type Radosgw, startRadosgw } from '../servers/radosgw.ts';
import { type RestServer, startRestServer } from '../servers/rest-server.ts';
import { hasSshd, makeKey, type SftpServer, startSftpServer } from '../servers/sftp.ts';
import { startMailServer } from '../servers/smtp.ts';
import { makeBucket } from '../storage/s3/bucket.ts';
import { folderWith, muster, temporaryFolder } from './muster.ts';
import { startMuster } from './started.ts';

/* Secrets from each place that they can come from, and everywhere that they must never be found. */

const secrets = {
  passphrase: 'tortoise-lamp-velvet-otter',
  password: 'p4ss/w0rd with spaces',
  hookToken: 'token-4711-in-the-path',
  hookKey: `whsec_${Buffer.from('a key of at least 24 bytes!').toString('base64')}`,
  apiKey: 'api-key-that-a-step-prints',
};

const plan = `muster: 1
name: secretive
extends: [muster:messages/recovery, muster:messages/backup]
keys: { main: { passphrase: { command: [cat, passphrase.txt] } } }
storage: { primary: { type: local, path: ./vault } }
retention: { few: { keep: { last: 3 } } }
tiers: { standard: { storage: { to: primary }, retention: few } }
systems:
  files: { tier: standard, source: { type: files, paths: [./data] } }
  missing: { tier: standard, source: { type: files, paths: [./missing] } }
channels:
  mail: { type: email, url: { env: SMTP_URL }, from: muster@shop.example }
  hook: { type: webhook, url: { file: hook-url.txt }, secret: { env: HOOK_KEY } }
contacts: { owner: { primary: owner@shop.example } }
audiences: { team: { channels: [mail, hook], contacts: [owner] } }
actions:
  call:
    params: { code: {} }
    steps:
      - run:
          shell: 'echo "calling with $API_KEY"; tr "\\0" "\\n" < /proc/$PPID/cmdline > parent.txt; exit $CODE'
          env: { API_KEY: { env: API_KEY }, CODE: "{{params.code}}" }
runbooks:
  rebuild:
    title: Rebuild
    incident: data-loss
    steps:
      - { id: tell, notify: { message: recovery-started, audiences: [team] } }
      - { id: back, recover: { systems: [files] } }
      - { id: call, uses: call, with: { code: "0" } }
      - { id: fails, uses: call, with: { code: "7" } }
routes:
  - { on: 'event.type == "backup.failed"', message: backup-failed, audiences: [team] }
`;

test('nothing that is printed, kept, or seen of processes holds a secret', async () => {
  await using mail = await startMailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => {
      done(null, { user: auth.password === secrets.password ? auth.username : '' });
    },
  });
  await using hook = await startHttpServer();
  const folder = await folderWith({
    'muster.yaml': plan,
    'data/file': 'x',
    'passphrase.txt': secrets.passphrase,
    'hook-url.txt': `http://127.0.0.1:${hook.port}/${secrets.hookToken}`,
  });
  const env = {
    SMTP_URL: `smtp://backup:${encodeURIComponent(secrets.password)}@127.0.0.1:${mail.port}`,
    HOOK_KEY: secrets.hookKey,
    API_KEY: secrets.apiKey,
  };
  expect(await muster(['validate'], { cwd: folder, env })).toMatchObject({ exitCode: 0, stderr: '' });
  const told: string[] = [];
  for (const args of [
    ['backup', '--all', '--verbose'],
    ['recover', 'rebuild', '--execute', '--verbose', '--report', 'report.md'],
    ['recover', 'rebuild', '--json'],
    ['notify', 'recovery-started', '--to', 'team', '--json'],
    ['runs', '--json'],
    ['status', '--json'],
  ]) {
    const run = startMuster(args, { cwd: folder, env });
    const commandLines = watchCommandLines(run.pid);
    const { stdout, stderr } = await run.ended;
    told.push(stdout, stderr, ...commandLines.stop());
  }
  for (const run of await runsOf(folder, env))
    told.push((await muster(['runs', run, '--json'], { cwd: folder, env })).stdout);

  expect(mail.received.length).toBeGreaterThanOrEqual(2);
  expect(hook.received.length).toBeGreaterThanOrEqual(2);
  expect(told.join('')).toContain('calling with [secret]');
  expect(await readFile(join(folder, 'parent.txt'), 'utf8')).toContain('recover');
  expectNoneOf(secrets, [...told, ...(await textsBelow(folder, ['passphrase.txt', 'hook-url.txt']))]);
});

const credentials = {
  accessKeyId: 'mainaccesskey0000001',
  secretAccessKey: 'mainsecretkey0000000000000000000000001',
  wrongKey: 'wrongsecretkey000000000000000000000001',
  keyPassphrase: 'hedgehog umbrella/of+the key',
  password: 'p4ss:w0rd@of the/server',
  wrongPassword: 'not:the@p4ss/w0rd',
};

const programs = requireProgram('radosgw', ['--version']) && hasSshd;

test.runIf(programs)('nor one of those that storage targets are opened with', { timeout: 180_000 }, async () => {
  await using s3 = await startRadosgw();
  await using sftp = await startSftpServer();
  await using rest = await startRestServer({
    folder: await temporaryFolder(),
    login: { user: 'acme', password: credentials.password },
  });
  const { folder, env } = await companyWith(s3, sftp, rest);
  const told: string[] = [];
  for (const args of [
    ['backup', '--all', '--verbose'],
    ['copy', '--verbose'],
    ['status', '--json'],
    ['storage', 'check', 'cloud', '--verbose'],
    ['storage', 'check', 'refused'],
    ['verify', '--all-copies', '--json'],
    ['restore', 'files', '--from', 'host', '--to', 'restored'],
    ['runs', '--json'],
  ]) {
    const run = startMuster(args, { cwd: folder, env });
    const commandLines = watchCommandLines(run.pid);
    const { stdout, stderr } = await run.ended;
    told.push(stdout, stderr, ...commandLines.stop());
  }
  for (const run of await runsOf(folder, env))
    told.push((await muster(['runs', run, '--json'], { cwd: folder, env })).stdout);
  const said = told.join('');
  for (const storage of ['cloud', 'host', 'far']) expect(said).toContain(`"name": "${storage}"`);
  expect(said).toContain('SignatureDoesNotMatch');
  expectNoneOf(credentials, [...told, ...(await textsBelow(folder, []))]);
});

function keys(key: string): string {
  return `credentials: { accessKeyId: { env: S3_ID }, secretAccessKey: { env: ${key} } }`;
}

function login(password: string): string {
  return `user: acme, password: { env: ${password} }, retry: { limit: 0 }`;
}

/** Targets of each kind that need credentials, and two with wrong ones. */
async function companyWith(s3: Radosgw, sftp: SftpServer, rest: RestServer) {
  const bucket = await makeBucket(s3);
  const identity = join(await temporaryFolder(), 'key');
  makeKey(identity, 'ed25519', credentials.keyPassphrase);
  await appendFile(sftp.authorized, await readFile(`${identity}.pub`));
  await mkdir(join(sftp.root, 'vault'));
  const place = `bucket: ${bucket.name}, endpoint: "${s3.endpoint}", pathStyle: true, retry: { limit: 0 }`;
  const url = `http://127.0.0.1:${rest.port}`;
  const folder = await folderWith({
    'data/file': 'x',
    'muster.yaml': `muster: 1
name: secretive
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage:
  cloud: { type: s3, prefix: cloud, ${place}, ${keys('S3_KEY')} }
  refused: { type: s3, prefix: refused, ${place}, ${keys('WRONG_KEY')} }
  host:
    type: sftp
    host: 127.0.0.1
    port: ${sftp.port}
    user: ${sftp.user}
    path: ${join(sftp.root, 'vault')}
    identity: ${identity}
    passphrase: { env: SFTP_PASSPHRASE }
    hostKey: "${sftp.hostKey('ed25519').fingerprint}"
  far: { type: rest, url: "${url}/acme/", ${login('REST_PASSWORD')} }
  closed: { type: rest, url: "${url}/closed/", ${login('WRONG_PASSWORD')} }
systems:
  files: { storage: { to: cloud, copies: [host, far, refused, closed] }, source: { type: files, paths: [./data] } }
`,
  });
  const env = {
    S3_ID: credentials.accessKeyId,
    S3_KEY: credentials.secretAccessKey,
    WRONG_KEY: credentials.wrongKey,
    SFTP_PASSPHRASE: credentials.keyPassphrase,
    REST_PASSWORD: credentials.password,
    WRONG_PASSWORD: credentials.wrongPassword,
  };
  return { folder, env };
}

/** In any form that it may have been written in. */
function expectNoneOf(hidden: Readonly<Record<string, string>>, texts: readonly string[]): void {
  for (const [name, secret] of Object.entries(hidden))
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
      expect(`${name}: ${texts.filter((text) => text.includes(form)).join('\n')}`).toBe(`${name}: `);
}

async function runsOf(folder: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { stdout } = await muster(['runs', '--json'], { cwd: folder, env });
  return (JSON.parse(stdout) as { runs: { id: string }[] }).runs.map(({ id }) => id);
}

/** Command lines of the process and of everything that it starts, as often as they can be read. */
function watchCommandLines(pid: number): { stop(): readonly string[] } {
  const seen = new Set<string>();
  const over = new AbortController();
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) for (const line of await commandLinesBelow(pid)) seen.add(line);
  };
  void look();
  return {
    stop: () => {
      over.abort();
      return [...seen];
    },
  };
}

async function commandLinesBelow(pid: number): Promise<readonly string[]> {
  const own = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '');
  const below = children.split(' ').filter((child) => child.trim() !== '');
  return [own, ...(await Promise.all(below.map((child) => commandLinesBelow(Number(child))))).flat()];
}

async function textsBelow(folder: string, without: readonly string[]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const path of await readdir(folder, { recursive: true }))
    if (!without.includes(path) && (await stat(join(folder, path))).isFile())
      texts.push(await readFile(join(folder, path), 'latin1'));
  return texts;
}
