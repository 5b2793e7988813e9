import { readFile } from 'node:fs/promises';
import type { AgentAuthMethod, AuthenticationType, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { SftpPlace } from './place.ts';

/** How the user proves who it is: by its private key, else by the agent. Throws `storage-refused` when there is neither. */
export async function loginOf(place: SftpPlace): Promise<AgentAuthMethod | PublicKeyAuthMethod> {
  if (place.identity !== undefined) {
    const key = await readIdentity(place.identity, place.passphrase);
    return { type: 'publickey', username: place.user, key };
  }
  if (place.agent !== undefined) return { type: 'agent', username: place.user, agent: place.agent };
  throw refusal(`nothing proves to ${place.host} who ${place.user} is`, {
    hint: 'Name a private key with `identity`, or run muster with an SSH agent (`SSH_AUTH_SOCK`).',
  });
}

/** What to do when the server turns the user away. */
export function refusedLogin(place: SftpPlace, type: AuthenticationType | undefined): MusterError {
  const means = type === 'agent' ? 'any key of the SSH agent' : `the key ${place.identity}`;
  return refusal(`${place.host} does not let ${place.user} in with ${means}`, {
    hint:
      `Add the public key to \`authorized_keys\` of ${place.user} on that host` +
      (type === 'agent' ? ', and see with `ssh-add -l` that the agent has the key.' : '.'),
  });
}

/** The agent isn't there, or doesn't sign. */
export function withoutAgent(place: SftpPlace, error: unknown): MusterError {
  return refusal(`the SSH agent at ${place.agent} does not sign for ${place.user}: ${messageOf(error)}`, {
    hint: 'Start the agent and add the key (`ssh-add`), or name a private key with `identity`.',
    cause: error,
  });
}

async function readIdentity(path: string, passphrase: string | undefined): Promise<ParsedKey> {
  const { default: ssh2 } = await import('ssh2');
  const parsed = ssh2.utils.parseKey(await readKeyFile(path), passphrase);
  if (parsed instanceof Error) throw unusable(path, parsed.message, passphrase);
  if (!parsed.isPrivateKey()) throw unusable(path, 'it is a public key', passphrase);
  return parsed;
}

async function readKeyFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT';
    throw refusal(`cannot read the private key ${path}: ${messageOf(error)}`, {
      hint: missing
        ? 'Check `identity` of the storage target, or make a key with `ssh-keygen -t ed25519`.'
        : 'Give the user that runs muster permission to read this file.',
      cause: error,
    });
  }
}

function unusable(path: string, why: string, passphrase: string | undefined): MusterError {
  if (/no passphrase/i.test(why))
    return refusal(`the private key ${path} is encrypted`, { hint: 'Name its `passphrase` beside `identity`.' });
  if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(why))
    return refusal(`the passphrase does not open the private key ${path}`, {
      hint: 'Check `passphrase` beside `identity`.',
    });
  return refusal(`${path} is no private key that can be used: ${why}`, {
    hint: 'Name a private key of OpenSSH (`ssh-keygen -t ed25519` makes one).',
  });
}

function refusal(message: string, details: { readonly hint: string; readonly cause?: unknown }): MusterError {
  return new MusterError(message, { code: 'storage-refused', ...details });
}
