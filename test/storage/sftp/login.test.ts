import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasSshd, makeKey } from '../../servers/sftp.ts';
import { sftpRig } from './rig.ts';

describe.runIf(hasSshd)('a user of an SFTP host', () => {
  const { server, open } = sftpRig();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-login-'));
    for (const [type, passphrase] of [
      ['ed25519', ''],
      ['ecdsa', ''],
      ['rsa', ''],
      ['ed25519', 'gr een'],
    ] as const) {
      const path = join(folder, passphrase === '' ? type : 'locked');
      makeKey(path, type, passphrase);
      appendFileSync(server().authorized, readFileSync(`${path}.pub`));
    }
    makeKey(join(folder, 'stranger'), 'ed25519');
    writeFileSync(join(folder, 'text'), 'no key');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['ed25519', 'ecdsa', 'rsa'])('is let in with a key: %s', async (type) => {
    expect(await open({ identity: join(folder, type) }).size('a')).toBeUndefined();
  });

  test('is let in with a key and its passphrase', async () => {
    expect(await open({ identity: join(folder, 'locked'), passphrase: 'gr een' }).size('a')).toBeUndefined();
  });

  test.each([
    ['stranger', undefined, /does not let .* in with the key/, /authorized_keys/],
    ['locked', undefined, /is encrypted/, /`passphrase`/],
    ['locked', 'red', /passphrase does not open/, /Check `passphrase`/],
    ['text', undefined, /no private key/, /ssh-keygen/],
    ['ed25519.pub', undefined, /public key/, /private key/],
    ['none', undefined, /cannot read the private key/, /`identity`/],
  ])('is refused with %s and passphrase %s', async (name, passphrase, message, hint) => {
    const error = await open({ identity: join(folder, name), passphrase })
      .size('a')
      .catch((one: unknown) => one);
    expect(error).toMatchObject({
      code: 'storage-refused',
      retryable: false,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(String(error)).not.toContain('red ');
  });

  test('is let in by an agent, and told when the agent has no such key', async () => {
    const socket = join(folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(agent.stdout, 'data');
    try {
      const byAgent = { identity: undefined, agent: socket };
      await expect(open(byAgent).size('a')).rejects.toMatchObject({
        code: 'storage-refused',
        hint: expect.stringContaining('ssh-add'),
      });
      execFileSync('ssh-add', ['-q', join(folder, 'rsa'), join(folder, 'ed25519')], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      });
      expect(await open(byAgent).size('a')).toBeUndefined();
    } finally {
      agent.kill();
      await once(agent, 'exit');
    }
  });

  test.each([
    [undefined, /nothing proves/],
    ['/none/agent', /agent/],
  ])('with neither a key nor an agent at %s is told so', async (agent, message) => {
    await expect(open({ identity: undefined, agent }).size('a')).rejects.toMatchObject({
      code: 'storage-refused',
      message: expect.stringMatching(message),
    });
  });

  test('is told when nobody listens, when the host has no name, and when it is no SSH server', async () => {
    const listener = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const unreachable = { code: 'storage-unreachable', retryable: true, hint: expect.any(String) };
    await expect(open({ port }).size('a')).rejects.toMatchObject({
      code: expect.stringMatching(/^storage-(unreachable|failed)$/),
    });
    listener.close();
    await once(listener, 'close');
    await expect(open({ port }).size('a')).rejects.toMatchObject(unreachable);
    await expect(open({ host: 'no-such-host.invalid' }).put('a', Buffer.from('x'))).rejects.toMatchObject(unreachable);
  });
});

describe.runIf(hasSshd)('an SSH host without file transfer', () => {
  const { open } = sftpRig({ config: ['ForceCommand /bin/false'] });

  test('is told so', async () => {
    await expect(open().size('a')).rejects.toMatchObject({
      code: 'storage-refused',
      message: expect.stringContaining('offers no file transfer'),
    });
  });
});
