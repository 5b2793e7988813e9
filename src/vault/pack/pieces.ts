/** Bytes of a pack that are written at a time: whole packs in memory cost more and are slower. */
export const pieceLength = 2 ** 20;

/** Pieces of a thread that may wait to be written while it fills the next. */
const pieceCount = 3;
const free = 0;
const full = 1;

/** Memory in which a thread hands the pieces of its packs over to the one that writes them. */
export interface PieceMemory {
  readonly pieces: SharedArrayBuffer;
  readonly states: SharedArrayBuffer;
}

export function pieceMemory(): PieceMemory {
  return { pieces: new SharedArrayBuffer(pieceCount * pieceLength), states: new SharedArrayBuffer(4 * pieceCount) };
}

/** A piece of memory. The thread that fills it waits for it to be free; the one that writes it frees it. */
export function pieceAt(memory: PieceMemory, number: number): Buffer {
  return Buffer.from(memory.pieces, number * pieceLength, pieceLength);
}

export function nextPiece(number: number): number {
  return (number + 1) % pieceCount;
}

/** Blocks the thread until the piece has been written. Not for the main thread. */
export function waitForPiece(memory: PieceMemory, number: number): void {
  const states = new Int32Array(memory.states);
  while (Atomics.load(states, number) === full) Atomics.wait(states, number, full);
}

export function markFull(memory: PieceMemory, number: number): void {
  Atomics.store(new Int32Array(memory.states), number, full);
}

export function markFree(memory: PieceMemory, number: number): void {
  const states = new Int32Array(memory.states);
  Atomics.store(states, number, free);
  Atomics.notify(states, number);
}
