import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { HostName, KnownHosts } from './known-hosts.ts';
import { fileNameOf, parseKnownHosts } from './known-hosts.ts';
import type { SftpPlace } from './place.ts';

/** How a host's keys are judged. `types`: to be asked for, the best first. */
export interface HostTrust {
  readonly types: readonly HostKeyType[];
  /** Undefined: it is the right host. */
  judge(key: Buffer): Refusal | undefined;
}

export interface Refusal {
  readonly error: MusterError;
  /** The type of the key that was shown, when the host may have the right one too, of another type. */
  readonly otherThan: string | undefined;
}

/** A type of keys, and the algorithms that sign with it; SHA-1 is left out. */
export interface HostKeyType {
  readonly type: string;
  readonly algorithms: readonly ServerHostKeyAlgorithm[];
}

const allTypes: readonly HostKeyType[] = [
  { type: 'ssh-ed25519', algorithms: ['ssh-ed25519'] },
  { type: 'ecdsa-sha2-nistp256', algorithms: ['ecdsa-sha2-nistp256'] },
  { type: 'ecdsa-sha2-nistp384', algorithms: ['ecdsa-sha2-nistp384'] },
  { type: 'ecdsa-sha2-nistp521', algorithms: ['ecdsa-sha2-nistp521'] },
  { type: 'ssh-rsa', algorithms: ['rsa-sha2-512', 'rsa-sha2-256'] },
];

/** By the pinned key where there is one, else by the known_hosts file. Throws `storage-refused` when that can't be read. */
export async function hostTrustOf(place: SftpPlace): Promise<HostTrust> {
  if (place.hostKey !== undefined) return pinned(place, place.hostKey);
  return fromFile(place, parseKnownHosts(await readKnownHosts(place.knownHosts)));
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a public key says it is of. */
function typeOfKey(key: Buffer): string {
  const length = key.length < 4 ? 0 : key.readUInt32BE(0);
  return key.toString('latin1', 4, 4 + Math.min(length, 64));
}

function pinned(place: SftpPlace, pin: string): HostTrust {
  return {
    types: allTypes,
    judge: (key) =>
      fingerprintOf(key) === pin.replace(/=+$/, '')
        ? undefined
        : { error: unpinned(place, pin, key), otherThan: typeOfKey(key) },
  };
}

function unpinned(place: SftpPlace, pin: string, key: Buffer): MusterError {
  return refusal(`${nameOf(place)} shows another host key than the plan pins: ${shown(key)}, not ${pin}`, {
    hint:
      'Someone may stand between. Ask who runs that host whether its key was changed; only if so, ' +
      `pin the new one: \`hostKey: ${fingerprintOf(key)}\`.`,
  });
}

/** Types that the file knows come first, as with OpenSSH: a host may have several keys, and the file but one. */
function fromFile(place: SftpPlace, hosts: KnownHosts): HostTrust {
  const known = hosts.typesOf(place);
  return {
    types: allTypes.toSorted((a, b) => Number(known.has(b.type)) - Number(known.has(a.type))),
    judge: (key) => {
      const verdict = hosts.verdict(place, key);
      return verdict === 'known' ? undefined : { error: faults[verdict](place, key), otherThan: undefined };
    },
  };
}

const faults = { unknown, changed, revoked };

function unknown(place: SftpPlace, key: Buffer): MusterError {
  const where = place.knownHosts === undefined ? 'the plan pins none' : `not in ${place.knownHosts}`;
  return refusal(`the host key of ${nameOf(place)} is not known (${where}): ${shown(key)}`, {
    hint:
      `Compare it with \`ssh-keygen -lf /etc/ssh/ssh_host_${shortType(key)}_key.pub\` on that host, then pin it in the plan: ` +
      `\`hostKey: ${fingerprintOf(key)}\`.`,
  });
}

function changed(place: SftpPlace, key: Buffer): MusterError {
  return refusal(`the host key of ${nameOf(place)} is not the one in ${place.knownHosts}: ${shown(key)}`, {
    hint:
      'Someone may stand between. Ask who runs that host whether its key was changed; only if so, remove the old one with ' +
      `\`ssh-keygen -R '${fileNameOf(place)}' -f ${place.knownHosts}\`, and pin the new one in the plan: \`hostKey: ${fingerprintOf(key)}\`.`,
  });
}

function revoked(place: SftpPlace, key: Buffer): MusterError {
  return refusal(`the host key of ${nameOf(place)} is revoked in ${place.knownHosts}: ${shown(key)}`, {
    hint: 'Do not trust that host: its key is known to be in wrong hands. Give it a new key, and pin that one.',
  });
}

function refusal(message: string, { hint }: { readonly hint: string }): MusterError {
  return new MusterError(message, { code: 'storage-refused', hint });
}

function nameOf({ host, port }: HostName): string {
  return port === 22 ? host : `${host}, port ${port}`;
}

function shown(key: Buffer): string {
  return `${shortType(key).toUpperCase()} ${fingerprintOf(key)}`;
}

/** As in the names of the files of sshd's keys. */
function shortType(key: Buffer): string {
  return typeOfKey(key).replace(/^ssh-/, '').replace(/-.*/, '');
}

/** A file that isn't there knows nobody. */
async function readKnownHosts(path: string | undefined): Promise<string> {
  if (path === undefined) return '';
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw new MusterError(`cannot read ${path}: ${messageOf(error)}`, {
      code: 'storage-refused',
      hint: 'Give the user that runs muster permission to read this file, or pin the key of the host with `hostKey`.',
      cause: error,
    });
  }
}
