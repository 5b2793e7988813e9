import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty, string } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Secret } from '../../src/base/secret.ts';
import { createSecrets } from '../../src/secrets/secrets.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

function secretsHere(env: Record<string, string> = {}, timeout = 30_000) {
  return createSecrets({ env: { PATH: process.env['PATH'], ...env }, cwd: folder, timeout });
}

async function faultOf(secret: Secret, env?: Record<string, string>, timeout?: number): Promise<Error> {
  const result = await secretsHere(env, timeout)
    .resolve(secret)
    .catch((error: unknown) => error);
  expect(result).toMatchObject({ name: 'MusterError', code: 'secret-unavailable' });
  return result as Error;
}

async function redactorOf(...values: string[]) {
  const env = Object.fromEntries(values.map((value, index) => [`S${index}`, value]));
  const secrets = secretsHere(env);
  for (const variable of Object.keys(env)) await secrets.resolve({ from: 'env', variable });
  return secrets.redact;
}

describe('where a secret comes from', () => {
  test('a variable of the environment', async () => {
    expect(await secretsHere({ PASS: ' kept as it is ' }).resolve({ from: 'env', variable: 'PASS' })).toBe(
      ' kept as it is ',
    );
  });

  test('a file, without its last line break only', async () => {
    await writeFile(join(folder, 'pass'), 'first\nsecond\n\n');
    expect(await secretsHere().resolve({ from: 'file', path: join(folder, 'pass') })).toBe('first\nsecond\n');
    expect(await secretsHere().resolve({ from: 'file', path: 'pass' })).toBe('first\nsecond\n');
  });

  test('a command, without a shell, in the folder of the plan', async () => {
    await writeFile(join(folder, 'pass'), '  hunter2 \n');
    expect(await secretsHere().resolve({ from: 'command', command: ['cat', 'pass'] })).toBe('hunter2');
    expect(await secretsHere().resolve({ from: 'command', command: ['printf', '%s', '$HOME;id'] })).toBe('$HOME;id');
  });
});

describe('a secret that cannot be had names its place and never its value', () => {
  test('a variable that is not set, or empty', async () => {
    expect((await faultOf({ from: 'env', variable: 'PASS' })).message).toContain('PASS is not set');
    expect((await faultOf({ from: 'env', variable: 'PASS' }, { PASS: '' })).message).toContain('PASS is empty');
  });

  test('a file that is missing, empty, a folder or a FIFO', async () => {
    await writeFile(join(folder, 'empty'), '\n');
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    expect((await faultOf({ from: 'file', path: 'none' })).message).toContain(`${folder}/none cannot be read (ENOENT)`);
    expect((await faultOf({ from: 'file', path: 'empty' })).message).toContain('is empty');
    expect((await faultOf({ from: 'file', path: '.' })).message).toContain('is not a regular file');
    expect((await faultOf({ from: 'file', path: 'fifo' })).message).toContain('is not a regular file');
  });

  test('a file that everyone may write', async () => {
    await writeFile(join(folder, 'pass'), 'hunter2');
    await chmod(join(folder, 'pass'), 0o646);
    const fault = await faultOf({ from: 'file', path: 'pass' });
    expect(fault.message).toContain('everyone may write');
    expect(fault.message).not.toContain('hunter2');
  });

  test('a command that fails, is missing, says nothing or never ends', async () => {
    const failing = await faultOf({ from: 'command', command: ['sh', '-c', 'echo hunter2; echo hunter2 >&2; exit 3'] });
    expect(failing.message).toBe('secret unavailable: the command sh ended with exit code 3');
    expect(JSON.stringify(failing)).not.toContain('hunter2');
    expect(failing.cause).toBeUndefined();
    const missing = await faultOf({ from: 'command', command: ['no-such-program'] });
    expect(missing.message).toContain('cannot be started (ENOENT)');
    expect((await faultOf({ from: 'command', command: ['true'] })).message).toContain('printed nothing');
    const slow = await faultOf({ from: 'command', command: ['sleep', '60'] }, {}, 50);
    expect(slow.message).toContain('gave no answer in 0.05 s');
  });
});

describe('redact', () => {
  test('replaces what was resolved, and nothing else', async () => {
    const redact = await redactorOf('s3cr$t(1)', 'abc');
    expect(redact('mysql -p s3cr$t(1), again s3cr$t(1).')).toBe('mysql -p [secret], again [secret].');
    expect(redact('abc stays: three letters are too few')).toBe('abc stays: three letters are too few');
  });

  test('replaces encoded forms: basic auth, URL, JSON', async () => {
    const redact = await redactorOf('pa"ss/w+ord ü');
    expect(redact(`Basic ${Buffer.from('user:pa"ss/w+ord ü').toString('base64')}`)).toContain('[secret]');
    expect(redact(`https://u:${encodeURIComponent('pa"ss/w+ord ü')}@host`)).toBe('https://u:[secret]@host');
    expect(redact(JSON.stringify({ pass: 'pa"ss/w+ord ü' }))).toBe('{"pass":"[secret]"}');
  });

  test('leaves no rest when one secret begins like another', async () => {
    const redact = await redactorOf('hunter', 'hunter2000');
    expect(redact('hunter2000')).toBe('[secret]');
  });

  test('replaces single lines of a key', async () => {
    const redact = await redactorOf('-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7\n-----END KEY-----');
    expect(redact('  MIIEpAIBAAKCAQEA7')).toBe('  [secret]');
  });

  test('no remembered value is left, wherever it stands', async () => {
    const values = string({ unit: 'grapheme', minLength: 4, maxLength: 20 }).filter((text) => !text.includes('\0'));
    await assert(
      asyncProperty(values, string(), string(), async (value, before, after) => {
        const redact = await redactorOf(value);
        expect(
          redact(before + value + after)
            .split('[secret]')
            .join('\0'),
        ).not.toContain(value);
        const url = redact(`${before} ${encodeURIComponent(value)} ${after}`);
        expect(url.split('[secret]').join('\0')).not.toContain(encodeURIComponent(value));
      }),
    );
  });
});
