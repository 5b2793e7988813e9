import type { Id, Repository } from '../repository.ts';
import { Findings } from './findings.ts';

export interface PackReading {
  readonly repository: Repository;
  readonly signal: AbortSignal;
  /** After each pack, with its bytes. */
  readonly onRead: (bytes: number) => void;
  /** A pack that was read to the last byte and is sound. */
  readonly onSound: ((pack: Id) => void) | undefined;
}

/** Reads packs to the last byte: the name of each, its header, and every blob in it decrypted and held against its id. */
export async function readPacks(packs: Iterable<Id>, reading: PackReading): Promise<Findings> {
  const { repository, signal, onRead, onSound } = reading;
  const findings = new Findings();
  await repository.checkPacks(packs, {
    signal,
    onPack: ({ id, size, fault, damaged }) => {
      const [blob] = damaged;
      const found =
        fault ?? (blob && `${damaged.length} of its blobs are damaged (${blob.id.slice(0, 8)}: ${blob.detail})`);
      if (found === undefined) onSound?.(id);
      else findings.add(`${id.slice(0, 8)}: ${found}`);
      onRead(size ?? 0);
    },
  });
  return findings;
}
