import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasSshd } from '../../servers/sftp.ts';
import { sftpRig } from './rig.ts';

const types = ['ed25519', 'ecdsa', 'rsa'];

describe.runIf(hasSshd)('the key of an SFTP host', () => {
  const { server, open } = sftpRig({ hostKeys: types });
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'muster-known-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function knownHosts(...lines: readonly string[]): { readonly hostKey: undefined; readonly knownHosts: string } {
    const path = join(folder, `known_hosts-${Math.random()}`);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return { hostKey: undefined, knownHosts: path };
  }
  const name = (): string => `[127.0.0.1]:${server().port}`;

  test.each(types)('may be pinned: %s', async (type) => {
    const store = open({ hostKey: server().hostKey(type).fingerprint });
    expect(await store.size('a')).toBeUndefined();
  });

  test('another pin is refused, and the message names both', async () => {
    const pin = `SHA256:${'A'.repeat(43)}`;
    const { fingerprint } = server().hostKey('ed25519');
    await expect(open({ hostKey: pin }).size('a')).rejects.toMatchObject({
      code: 'storage-refused',
      retryable: false,
      message: expect.stringMatching(new RegExp(`ED25519 ${escaped(fingerprint)}.*${pin}`)),
      hint: expect.stringContaining(`hostKey: ${fingerprint}`),
    });
  });

  test.each(types)('may be in known_hosts: %s alone', async (type) => {
    const store = open(knownHosts(`${name()} ${server().hostKey(type).line}`));
    expect(await store.size('a')).toBeUndefined();
  });

  test('may be in a file that ssh-keygen has hashed', async () => {
    const options = knownHosts(`${name()} ${server().hostKey('ed25519').line}`);
    execFileSync('ssh-keygen', ['-H', '-f', options.knownHosts], { stdio: 'ignore' });
    expect(readFileSync(options.knownHosts, 'utf8')).not.toContain('127.0.0.1');
    expect(await open(options).size('a')).toBeUndefined();
  });

  test('an unknown host is refused, with its fingerprint and the line that pins it', async () => {
    const { fingerprint } = server().hostKey('ed25519');
    const unknown = {
      code: 'storage-refused',
      message: expect.stringContaining(`ED25519 ${fingerprint}`),
      hint: expect.stringMatching(new RegExp(`ssh_host_ed25519_key.pub.*hostKey: ${escaped(fingerprint)}`)),
    };
    const { line } = server().hostKey('ed25519');
    await expect(open(knownHosts(`other.example.org ${line}`, `127.0.0.1 ${line}`)).size('a')).rejects.toMatchObject(
      unknown,
    );
    await expect(open({ hostKey: undefined, knownHosts: join(folder, 'none') }).size('a')).rejects.toMatchObject(
      unknown,
    );
    await expect(open({ hostKey: undefined }).size('a')).rejects.toMatchObject(unknown);
  });

  test('a changed key is refused, and the message says that someone may stand between', async () => {
    const options = knownHosts(`${name()} ssh-ed25519 ${Buffer.from('another').toString('base64')}`);
    await expect(open(options).put('a', Buffer.from('x'))).rejects.toMatchObject({
      code: 'storage-refused',
      message: expect.stringContaining(server().hostKey('ed25519').fingerprint),
      hint: expect.stringMatching(/stand between.*ssh-keygen -R '\[127/),
    });
  });

  test('a revoked key is refused', async () => {
    const { line } = server().hostKey('ed25519');
    await expect(open(knownHosts(`${name()} ${line}`, `@revoked * ${line}`)).size('a')).rejects.toMatchObject({
      code: 'storage-refused',
      message: expect.stringContaining('revoked'),
    });
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[+/.]/g, String.raw`\$&`);
}
