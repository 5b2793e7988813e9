import { MusterError } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { BlobLocation, Id, Repository } from '../repository.ts';
import { Findings } from './findings.ts';

/** Of a pack: its header is sealed (32 bytes more), and its length stands behind it (4 bytes). */
const headerOverhead = 36;
const entrySize = 37;
/** One more number: the length before compression. */
const compressedEntrySize = 41;

export interface PackSizes {
  readonly findings: Findings;
  /** Of the needed packs that are there. */
  readonly bytes: number;
  /** Of the needed packs, those that can't be read before they are asked for. */
  readonly archived: ReadonlySet<Id>;
}

/** Compares the packs in the store with what the index says of them, by listing alone. */
export async function checkPackSizes(
  repository: Repository,
  needed: ReadonlySet<Id>,
  signal: AbortSignal,
): Promise<PackSizes> {
  const findings = new Findings();
  const { sizes, archived } = await sizesOf(repository, needed, signal);
  let bytes = 0;
  for (const { id, blobs } of repository.packs()) {
    if (!needed.has(id)) continue;
    const [size, expected] = [sizes.get(id), expectedSize(blobs)];
    if (size === undefined) findings.add(`${id.slice(0, 8)} is missing`);
    else if (size !== expected) findings.add(`${id.slice(0, 8)} has ${size} bytes instead of ${expected}`);
    bytes += size ?? 0;
  }
  return { findings, bytes, archived };
}

/** Throws `object-archived`, before every byte is to be read: asking for all packs costs money and hours, so nobody does it unasked. */
export function refuseArchived({ description }: Pick<ObjectStore, 'description'>, { archived }: PackSizes): void {
  if (archived.size === 0) return;
  const packs = archived.size === 1 ? '1 pack is' : `${archived.size} packs are`;
  throw new MusterError(`not every byte can be read: ${packs} in an archive class of ${description}`, {
    code: 'object-archived',
    hint: 'Verify at the level `standard`, or verify a copy elsewhere; a restore asks for the packs that it needs.',
  });
}

async function sizesOf(
  repository: Repository,
  needed: ReadonlySet<Id>,
  signal: AbortSignal,
): Promise<{ readonly sizes: ReadonlyMap<Id, number>; readonly archived: ReadonlySet<Id> }> {
  const sizes = new Map<Id, number>();
  const away = new Set<Id>();
  for await (const { name, size, archived } of repository.store.list('data/')) {
    signal.throwIfAborted();
    const id = name.slice(name.lastIndexOf('/') + 1);
    if (!needed.has(id)) continue;
    sizes.set(id, size);
    if (archived === true) away.add(id);
  }
  return { sizes, archived: away };
}

function expectedSize(blobs: readonly BlobLocation[]): number {
  let size = headerOverhead;
  for (const { length, uncompressedLength } of blobs)
    size += length + (uncompressedLength === undefined ? entrySize : compressedEntrySize);
  return size;
}
