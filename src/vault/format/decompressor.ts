import { constants, createZstdDecompress, zstdCompressSync } from 'node:zlib';
import { release } from './release.ts';
import { decompressExactly } from './zstd.ts';

/** Decompresses into memory of the caller, one whole frame a call, with a context that is made once. */
export interface Decompressor {
  /**
   * Into `target` from its start; `target` has room for one byte more than `length`. False when the frame does not
   * decompress to exactly that length: then what is in `target` means nothing.
   */
  decompressInto(target: Buffer, compressed: Uint8Array, length: number): boolean;
}

/**
 * Node's documented call makes a new context and a new buffer for every piece, which costs a quarter of a check; the
 * handle behind its streams does not. It is not documented, so it is tried first, and where it doesn't do what it
 * should the documented call takes its place.
 */
export function createDecompressor(): Decompressor {
  const direct = directDecompressor();
  return passes(direct) ? direct : documentedDecompressor;
}

export const documentedDecompressor: Decompressor = {
  decompressInto: (target, compressed, length) => {
    const plain = decompressExactly(compressed, length);
    if (plain === undefined) return false;
    target.set(plain);
    release(plain);
    return true;
  },
};

/** The part of a stream of `node:zlib` that its types don't tell. */
interface Handle {
  writeSync(flush: number, ...inputThenOutput: (Uint8Array | number)[]): void;
  onerror: unknown;
  close(): void;
}

interface Context {
  readonly handle: Handle;
  /** After a call: bytes left of the room for the output, and of the input. */
  readonly state: Uint32Array;
  failed: boolean;
}

function directDecompressor(): Decompressor {
  let context = openContext();
  return {
    decompressInto: (target, compressed, length) => {
      if (context !== undefined && runWhole(context, { target, compressed, length })) return true;
      // A context that saw a bad frame is in the middle of it. Whether the frame is bad the documented call says.
      context?.handle.close();
      context = openContext();
      return documentedDecompressor.decompressInto(target, compressed, length);
    },
  };
}

function openContext(): Context | undefined {
  const stream = createZstdDecompress() as unknown as { readonly _handle?: Handle; readonly _writeState?: Uint32Array };
  const { _handle: handle, _writeState: state } = stream;
  if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array)) return undefined;
  const context = { handle, state, failed: false };
  // It is no event target; this is its only way to say so.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  handle.onerror = () => (context.failed = true);
  return context;
}

interface Frame {
  readonly target: Buffer;
  readonly compressed: Uint8Array;
  readonly length: number;
}

/** With a byte to spare, so that one that is left shows that nothing more wanted to come. */
function runWhole(context: Context, { target, compressed, length }: Frame): boolean {
  const { handle, state } = context;
  handle.writeSync(constants.ZSTD_e_continue, compressed, 0, compressed.length, target, 0, length + 1);
  return !context.failed && state[0] === 1 && state[1] === 0;
}

/** Twice, because the second call must not depend on the first; and what is no frame must be refused, and forgotten. */
function passes(decompressor: Decompressor): boolean {
  const text = Buffer.from('The same words come back. '.repeat(100));
  const frame = zstdCompressSync(text);
  const comesBack = (): boolean => {
    const target = Buffer.alloc(text.length + 9);
    const came = decompressor.decompressInto(target, frame, text.length);
    return came && target.subarray(0, text.length).equals(text) && target.subarray(-8).every((byte) => byte === 0);
  };
  try {
    const refuses = !decompressor.decompressInto(Buffer.alloc(101), Buffer.alloc(50, 7), 100);
    return refuses && comesBack() && comesBack();
  } catch {
    return false;
  }
}
