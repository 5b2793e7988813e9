import { Chunker, feedLimit } from './chunker.ts';

/** Chunkers that aren't in use, by polynomial: their 8 MiB are reused for the next file. */
const idle = new Map<bigint, Chunker>();

/** The chunks of a stream. Each is valid until the next is asked for. */
export async function* chunksOf(
  pieces: AsyncIterable<Uint8Array>,
  polynomial: bigint,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunker = idle.get(polynomial) ?? new Chunker(polynomial);
  idle.delete(polynomial);
  try {
    for await (const piece of pieces) yield* wholeChunks(chunker, piece);
    yield* lastChunk(chunker);
  } finally {
    const left = chunker.rest();
    if (left) chunker.drop(left);
    idle.clear();
    idle.set(polynomial, chunker);
  }
}

function* wholeChunks(chunker: Chunker, piece: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let from = 0; from < piece.length; from += feedLimit) {
    chunker.feed(piece.subarray(from, from + feedLimit));
    for (let chunk = chunker.next(); chunk; chunk = chunker.next()) {
      yield chunk;
      chunker.drop(chunk);
    }
  }
}

function* lastChunk(chunker: Chunker): Generator<Uint8Array, void, undefined> {
  const rest = chunker.rest();
  if (!rest) return;
  yield rest;
  chunker.drop(rest);
}
