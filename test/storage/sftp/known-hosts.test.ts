import { createHmac, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseKnownHosts } from '../../../src/storage/sftp/known-hosts.ts';

const [key, other] = [Buffer.from('a key'), Buffer.from('another')];
const line = (hosts: string, of = key, type = 'ssh-ed25519'): string =>
  `${hosts} ${type} ${of.toString('base64')} comment`;
const host = { host: 'backup.example.org', port: 22 };

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('a known_hosts file', () => {
  test.each([
    ['the name', 'backup.example.org', 'known'],
    ['a name in capitals', 'Backup.Example.ORG', 'known'],
    ['one of several names', 'other,backup.example.org,10.0.0.1', 'known'],
    ['a pattern', '*.example.org', 'known'],
    ['a pattern for one letter', 'b?ckup.example.org', 'known'],
    ['a pattern that rules it out', '*.example.org,!backup.example.org', 'unknown'],
    ['another name', 'backup.example.com', 'unknown'],
    ['a name that is a part', 'ackup.example.org', 'unknown'],
    ['a dot that is no letter', 'backupxexample.org', 'unknown'],
    ['the name with another port', '[backup.example.org]:2222', 'unknown'],
    ['a hashed name', hashed('backup.example.org'), 'known'],
    ['a hashed name of another', hashed('backup.example.com'), 'unknown'],
    ['a hash that is none', '|1|x|y', 'unknown'],
    ['a hash of another kind', '|2|AAAA|AAAA', 'unknown'],
  ])('with %s', (_, hosts, verdict) => {
    expect(parseKnownHosts(line(hosts)).verdict(host, key)).toBe(verdict);
  });

  test('names other ports in brackets', () => {
    const file = parseKnownHosts(`${line('[backup.example.org]:2222')}\n${line(hashed('[backup.example.org]:2223'))}`);
    expect(file.verdict({ ...host, port: 2222 }, key)).toBe('known');
    expect(file.verdict({ ...host, port: 2223 }, key)).toBe('known');
    expect(file.verdict({ ...host, port: 2224 }, key)).toBe('unknown');
  });

  test('tells a key that was changed from a host that is new', () => {
    const file = parseKnownHosts(line('backup.example.org'));
    expect(file.verdict(host, other)).toBe('changed');
    expect(file.verdict({ ...host, host: 'new' }, other)).toBe('unknown');
  });

  test('may have several keys of a host', () => {
    const file = parseKnownHosts(`${line(host.host, key, 'ssh-rsa')}\n${line(host.host, other)}`);
    expect([file.verdict(host, key), file.verdict(host, other)]).toEqual(['known', 'known']);
    expect([...file.typesOf(host)].toSorted()).toEqual(['ssh-ed25519', 'ssh-rsa']);
  });

  test('a revoked key is never known again', () => {
    const file = parseKnownHosts(`${line(host.host)}\n@revoked ${line('*')}`);
    expect(file.verdict(host, key)).toBe('revoked');
    expect(file.verdict(host, other)).toBe('changed');
    expect(parseKnownHosts(`@revoked ${line('*')}`).verdict(host, other)).toBe('unknown');
  });

  test.each([
    `@cert-authority ${line('*')}`,
    `# ${line('backup.example.org')}`,
    'backup.example.org ssh-ed25519',
    '',
    '@revoked',
  ])('%j says nothing', (text) => expect(parseKnownHosts(text).verdict(host, key)).toBe('unknown'));

  test('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, name) => {
        expect(parseKnownHosts(text).verdict({ host: name, port: 22 }, key)).toBe('unknown');
      }),
    );
  });
});
