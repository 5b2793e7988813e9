import type { BlobLocation } from '../repository.ts';
import type { BlobUse, PackRead, Use, WriteTask } from './write-task.ts';

/** Something to be written that is one blob. */
export interface Piece {
  readonly location: BlobLocation;
  /** Its number is its place among the pieces of its task. */
  readonly use: (number: number) => Use;
}

/** A task, with the pieces that its numbers stand for. */
export interface PlannedTask<P extends Piece> {
  readonly task: WriteTask;
  readonly pieces: readonly P[];
}

/** Stored bytes that are read for one task, but for a single blob that is larger; bounded is also the work in it. */
const taskBytes = 2 ** 22;
const taskPieces = 128;
/** A gap that is cheaper to read than to skip: on a disk. */
export const smallGap = 2 ** 16;
/** In a store where each read is a request. */
export const remoteGap = 2 ** 19;

/** Puts pieces in the order in which they lie in their packs, each blob once, and cuts that into tasks. */
export function* planTasks<P extends Piece>(pieces: readonly P[], gap = smallGap): Generator<PlannedTask<P>> {
  let draft = new Draft<P>(gap);
  for (const piece of [...pieces].sort((a, b) => compare(a.location, b.location))) {
    if (draft.isFullFor(piece)) {
      yield draft;
      draft = new Draft(gap);
    }
    draft.add(piece);
  }
  if (draft.pieces.length > 0) yield draft;
}

function compare(a: BlobLocation, b: BlobLocation): number {
  if (a.pack !== b.pack) return a.pack < b.pack ? -1 : 1;
  return a.offset - b.offset;
}

class Draft<P extends Piece> implements PlannedTask<P> {
  readonly pieces: P[] = [];
  readonly #reads: PackRead[] = [];
  readonly #gap: number;
  #bytes = 0;

  constructor(gap: number) {
    this.#gap = gap;
  }

  get task(): WriteTask {
    return { reads: this.#reads };
  }

  isFullFor({ location }: Piece): boolean {
    if (this.pieces.length === 0 || this.#knows(location) !== undefined) return false;
    return this.pieces.length >= taskPieces || this.#bytes + location.length > taskBytes;
  }

  add(piece: P): void {
    const { location } = piece;
    const blob = this.#knows(location) ?? this.#read(location);
    blob.uses.push(piece.use(this.pieces.length));
    this.pieces.push(piece);
  }

  /** The same blob comes several times in a row, because of the order. */
  #knows(location: BlobLocation): BlobUse | undefined {
    const last = this.#reads.at(-1)?.blobs.at(-1);
    return last?.id === location.id && last.offset === location.offset ? last : undefined;
  }

  #read(location: BlobLocation): BlobUse {
    const { id, offset, length, uncompressedLength } = location;
    const read = this.#readWith(location);
    const end = Math.max(read.length, offset + length - read.offset);
    this.#bytes += end - read.length;
    read.length = end;
    const blob = { id, offset, length, uncompressedLength, uses: [] };
    read.blobs.push(blob);
    return blob;
  }

  #readWith({ pack, offset }: BlobLocation): PackRead {
    const last = this.#reads.at(-1);
    if (last?.pack === pack && offset - last.offset - last.length <= this.#gap) return last;
    const read = { pack, offset, length: 0, blobs: [] };
    this.#reads.push(read);
    return read;
  }
}
