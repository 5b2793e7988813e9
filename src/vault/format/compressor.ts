import { constants, createZstdCompress } from 'node:zlib';
import { release } from './release.ts';
import { compress, decompressExactly, levelOf } from './zstd.ts';

/** Compresses into memory of the caller, one whole frame a call, with a context that is made once. */
export interface Compressor {
  /** Into `target` from `at`; returns the length. `target` needs room for `compressedBound` bytes there. */
  compressInto(target: Buffer, at: number, plain: Uint8Array): number;
}

/** What data that doesn't compress can grow to: zstd's own bound is lower. */
export function compressedBound(length: number): number {
  return length + (length >> 8) + 512;
}

/**
 * Level 1 is fast and 19 is small. Node's documented call makes a new context and a new buffer for every piece, which
 * costs a tenth of a backup; the handle behind its streams does not. It is not documented, so it is tried first, and
 * where it doesn't do what it should the documented call takes its place.
 */
export function createCompressor(level: number): Compressor {
  const [short, long] = [compressorOf(levelOf(level, 0)), compressorOf(level)];
  return {
    compressInto: (target, at, plain) =>
      (levelOf(level, plain.length) === level ? long : short).compressInto(target, at, plain),
  };
}

function compressorOf(level: number): Compressor {
  const direct = directCompressor(level);
  return direct !== undefined && passes(direct) ? direct : documentedCompressor(level);
}

/** The documented way. */
export function documentedCompressor(level: number): Compressor {
  return {
    compressInto: (target, at, plain) => {
      const compressed = compress(plain, level);
      target.set(compressed, at);
      const { length } = compressed;
      release(compressed);
      return length;
    },
  };
}

/** The part of a stream of `node:zlib` that its types don't tell. */
interface ZstdStream {
  readonly _handle?: {
    writeSync(flush: number, ...inputThenOutput: (Uint8Array | number)[]): void;
  };
  /** After a call: bytes left of the room for the output, and of the input. */
  readonly _writeState?: Uint32Array;
}

function directCompressor(level: number): Compressor | undefined {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const stream = createZstdCompress({ params }) as unknown as ZstdStream;
  const { _handle: handle, _writeState: state } = stream;
  if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array)) return undefined;
  let failed = false;
  Object.assign(handle, { onerror: () => (failed = true) });
  return {
    compressInto: (target, at, plain) => {
      const room = compressedBound(plain.length);
      handle.writeSync(constants.ZSTD_e_end, plain, 0, plain.length, target, at, room);
      if (failed || state[1] !== 0) throw new Error('zstd left a part of a piece uncompressed');
      return room - (state[0] ?? 0);
    },
  };
}

/** Twice, because the second call must not depend on the first; of both kinds of content, and of nothing. */
function passes(compressor: Compressor): boolean {
  try {
    return [samples.text, samples.mixed, samples.text].every((sample) => comesBack(compressor, sample));
  } catch {
    return false;
  }
}

const samples = {
  text: Buffer.from('The same words come back. '.repeat(100)),
  mixed: Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i * 7919) >> 5)),
};

function comesBack(compressor: Compressor, sample: Buffer): boolean {
  const guard = 16;
  const target = Buffer.alloc(compressedBound(sample.length) + 2 * guard);
  const length = compressor.compressInto(target, guard, sample);
  const plain = decompressExactly(target.subarray(guard, guard + length), sample.length);
  const untouched = target.subarray(0, guard).every((byte) => byte === 0);
  return untouched && plain?.equals(sample) === true;
}
