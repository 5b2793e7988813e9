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
}

/** Compares the packs in the store with what the index says of them, by listing alone. */
export async function checkPackSizes(
  repository: Repository,
  needed: ReadonlySet<Id>,
  signal: AbortSignal,
): Promise<PackSizes> {
  const findings = new Findings();
  const sizes = await sizesOf(repository, needed, signal);
  let bytes = 0;
  for (const { id, blobs } of repository.packs()) {
    if (!needed.has(id)) continue;
    const [size, expected] = [sizes.get(id), expectedSize(blobs)];
    if (size === undefined) findings.add(`${id.slice(0, 8)} is missing`);
    else if (size !== expected) findings.add(`${id.slice(0, 8)} has ${size} bytes instead of ${expected}`);
    bytes += size ?? 0;
  }
  return { findings, bytes };
}

async function sizesOf(
  repository: Repository,
  needed: ReadonlySet<Id>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Id, number>> {
  const sizes = new Map<Id, number>();
  for await (const { name, size } of repository.store.list('data/')) {
    signal.throwIfAborted();
    const id = name.slice(name.lastIndexOf('/') + 1);
    if (needed.has(id)) sizes.set(id, size);
  }
  return sizes;
}

function expectedSize(blobs: readonly BlobLocation[]): number {
  let size = headerOverhead;
  for (const { length, uncompressedLength } of blobs)
    size += length + (uncompressedLength === undefined ? entrySize : compressedEntrySize);
  return size;
}
