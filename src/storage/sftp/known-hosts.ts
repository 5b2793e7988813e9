import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT") says of hosts. Lines that aren't understood say nothing. */
export interface KnownHosts {
  /** Of the key that a host shows; `changed`: it has other keys in the file. */
  verdict(host: HostName, key: Buffer): HostVerdict;
  /** Types of the keys of a host, such as `ssh-ed25519`. */
  typesOf(host: HostName): ReadonlySet<string>;
}

export type HostVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

export interface HostName {
  readonly host: string;
  readonly port: number;
}

interface Line {
  readonly revoked: boolean;
  readonly isOf: (name: string) => boolean;
  readonly type: string;
  readonly key: Buffer;
}

/** Entries of certificate authorities are passed over: a host is known by its own key only. */
export function parseKnownHosts(text: string): KnownHosts {
  const lines = text.split('\n').flatMap(parseLine);
  const linesOf = (host: HostName): readonly Line[] => {
    const name = fileNameOf(host);
    return lines.filter((line) => line.isOf(name));
  };
  return {
    verdict: (host, key) => verdictOf(linesOf(host), key),
    typesOf: (host) => new Set(linesOf(host).flatMap(({ revoked, type }) => (revoked ? [] : [type]))),
  };
}

/** How the file calls a host: `host`, or `[host]:port` when the port isn't 22. */
export function fileNameOf({ host, port }: HostName): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function verdictOf(lines: readonly Line[], key: Buffer): HostVerdict {
  const same = lines.filter((line) => line.key.equals(key));
  if (same.some(({ revoked }) => revoked)) return 'revoked';
  if (same.length > 0) return 'known';
  return lines.some(({ revoked }) => !revoked) ? 'changed' : 'unknown';
}

function parseLine(text: string): readonly Line[] {
  const fields = text.trim().split(/[ \t]+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  const [hosts, type, key] = fields;
  if (hosts === undefined || hosts.startsWith('#') || type === undefined || key === undefined) return [];
  if (marker !== undefined && marker !== '@revoked') return [];
  const isOf = hosts.startsWith('|') ? hashedName(hosts) : namePatterns(hosts);
  return [{ revoked: marker === '@revoked', isOf, type, key: Buffer.from(key, 'base64') }];
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt, both in base64. */
function hashedName(field: string): Line['isOf'] {
  const [, version, salt = '', digest = ''] = field.split('|');
  const expected = Buffer.from(digest, 'base64');
  if (version !== '1' || expected.length !== 20) return () => false;
  const key = Buffer.from(salt, 'base64');
  return (name) => timingSafeEqual(createHmac('sha1', key).update(name).digest(), expected);
}

/** Patterns with `*` and `?`, after commas; one with `!` before it that fits rules the line out. */
function namePatterns(field: string): Line['isOf'] {
  const patterns = field.toLowerCase().split(',');
  const refused = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => wildcard(pattern.slice(1)));
  const meant = patterns.filter((pattern) => !pattern.startsWith('!')).map(wildcard);
  return (name) => meant.some((one) => one.test(name)) && !refused.some((one) => one.test(name));
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
