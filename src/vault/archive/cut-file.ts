import { readSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { Chunker, feedLimit, minimumChunk } from '../chunker/chunker.ts';
import { posixCalls } from '../posix.ts';
import { reading } from './source-fault.ts';

export interface OpenFile {
  readonly fd: number;
  readonly path: BytePath;
  /** Reading ends here: a file that grows as fast as it is read would never end. */
  readonly expected: number;
  /** It has holes: they need not be read to know what is in them. */
  readonly sparse: boolean;
}

/** A chunk of a file. */
export interface Cut {
  readonly at: number;
  readonly length: number;
  /** Valid until the next cut is asked for. Undefined: it lies in a hole, and is `minimumChunk` zeros. */
  readonly bytes: Uint8Array | undefined;
}

/** What one thread needs to read one file after the other: 8.8 MiB. */
export class FileReader {
  /** As long as the least chunk: a file up to here is one, and needs no chunker. */
  readonly buffer: Buffer = Buffer.allocUnsafeSlow(minimumChunk);
  readonly #polynomial: bigint;
  #chunker: Chunker | undefined;

  constructor(polynomial: bigint) {
    this.#polynomial = polynomial;
  }

  /** Made when the first larger file comes. */
  get chunker(): Chunker {
    this.#chunker ??= new Chunker(this.#polynomial);
    return this.#chunker;
  }

  /** Room for one chunk that was found before; what is in the chunker is lost. */
  get chunkRoom(): Uint8Array {
    this.chunker.clear();
    return this.chunker.wholeRoom();
  }

  /** At most `wanted` bytes from the start of a file. */
  readStart({ fd, path }: OpenFile, wanted: number): Buffer {
    let length = 0;
    while (length < wanted) {
      const from = length;
      const count = reading(path, () => readSync(fd, this.buffer, from, wanted - from, from));
      if (count === 0) break;
      length += count;
    }
    return this.buffer.subarray(0, length);
  }
}

/** Chunks of a file at restic's borders, in order. Only one file at a time. */
export function* cutsOf(reader: FileReader, file: OpenFile): Generator<Cut, void, void> {
  const { chunker } = reader;
  chunker.clear();
  for (let start = 0, at = 0; ;) {
    for (; file.sparse && isHole(file, start, minimumChunk); start += minimumChunk, at = start) {
      // A run of zeros is cut at the least size, so what is in the chunker need not be looked at.
      chunker.clear();
      yield { at: start, length: minimumChunk, bytes: undefined };
    }
    const length = fill(chunker, file, at);
    at += length;
    const chunk = chunker.next() ?? (length === 0 ? chunker.rest() : undefined);
    if (chunk === undefined && length === 0) return;
    if (chunk === undefined) continue;
    yield { at: start, length: chunk.length, bytes: chunk };
    start += chunk.length;
    chunker.drop(chunk);
  }
}

/** Bytes that were read; 0 at the end. */
function fill(chunker: Chunker, file: OpenFile, at: number): number {
  const wanted = Math.min(feedLimit, file.expected - at);
  if (wanted <= 0) return 0;
  const room = chunker.room().subarray(0, wanted);
  const length = file.sparse && isHole(file, at, wanted) ? room.fill(0).length : readPiece(file, room, at);
  chunker.fed(length);
  return length;
}

function readPiece({ fd, path }: OpenFile, room: Uint8Array, at: number): number {
  return reading(path, () => readSync(fd, room, 0, room.length, at));
}

function isHole({ fd, expected }: OpenFile, at: number, length: number): boolean {
  const calls = posixCalls();
  return calls.available && at + length <= expected && calls.posix.nextData(fd, at) >= at + length;
}
