import { codeOf, MusterError } from '../base/error.ts';
import type { ObjectStore } from '../storage/store.ts';
import { configName } from './format/names.ts';
import type { BlobType, Id } from './id.ts';

/** Nobody may write with the old master key into a vault that has got a new one. Throws `vault-replaced`. */
export async function refuseReplaced(store: ObjectStore, config: Buffer): Promise<void> {
  const now = await configIfThere(store);
  if (now !== undefined && !now.equals(config)) throw vaultReplaced(store);
}

async function configIfThere(store: ObjectStore): Promise<Buffer | undefined> {
  try {
    return await store.get(configName);
  } catch (error) {
    if (codeOf(error) === 'object-missing') return undefined;
    throw error;
  }
}

export function blobMissing(type: BlobType, id: Id, cause: unknown): MusterError {
  const detail = cause === undefined ? 'no index lists it' : 'its pack is gone';
  return new MusterError(`${type} blob ${id} is missing: ${detail}`, {
    code: 'blob-missing',
    hint: 'Restore from another copy of the backups; `restic check` says what else is missing.',
    cause,
  });
}

function vaultReplaced(store: ObjectStore): MusterError {
  return new MusterError(`the vault in ${store.description} has been replaced since it was opened`, {
    code: 'vault-replaced',
    hint: 'Start the command again: it will open the vault as it is now.',
  });
}

export function vaultReadOnly(store: ObjectStore): MusterError {
  return new MusterError(`the vault in ${store.description} has format 1, which can only be read`, {
    code: 'vault-read-only',
    hint: 'Bring it to format 2 with `restic migrate upgrade_repo_v2`, or back up to another place.',
  });
}
