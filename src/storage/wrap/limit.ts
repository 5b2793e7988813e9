import type { ByteRange, Holds, ObjectStore, ObjectWriter } from '../store.ts';
import { around, replaced } from './around.ts';
import type { SpeedLimit, Tap } from './speed.ts';

export interface LimitOptions {
  readonly speed: SpeedLimit;
  /** When it is aborted, nothing waits any more: what is under way ends sooner. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The same store, no faster than the limit. What is large goes in pieces. It is read by ranges: one that is replaced by
 * another content while it is read would come mixed, but what is replaced at all in a vault is smaller than any piece.
 */
export function withLimit(store: ObjectStore, { speed, signal }: LimitOptions): ObjectStore {
  const send: Direction = { piece: speed.upload.piece, pay: (bytes) => speed.upload.take(bytes, signal) };
  const receive: Direction = { piece: speed.download.piece, pay: (bytes) => speed.download.take(bytes, signal) };
  return replaced(
    around(store, (_, run) => run()),
    {
      put: (name, bytes, holds) => put(store, send, { name, bytes, holds }),
      putNew: async (name, bytes) => {
        await send.pay(bytes.length);
        return await store.putNew(name, bytes);
      },
      writer: async (holds) => {
        const writer = await store.writer(holds);
        return store.facts.gathers === true ? paidAtTheEnd(writer, send) : limitedWriter(writer, send);
      },
      get: (name, range) => get(store, receive, { name, range }),
    },
  );
}

interface Direction {
  readonly piece: Tap['piece'];
  readonly pay: (bytes: number) => Promise<void>;
}

/** Pieces make it smooth only where they are sent as they come. */
async function put(
  store: ObjectStore,
  send: Direction,
  { name, bytes, holds }: { readonly name: string; readonly bytes: Uint8Array; readonly holds: Holds | undefined },
): Promise<void> {
  if (store.facts.streams === true && bytes.length > (send.piece ?? Infinity))
    return await putInPieces(limitedWriter(await store.writer(holds), send), name, bytes);
  await send.pay(bytes.length);
  await store.put(name, bytes, holds);
}

async function putInPieces(writer: ObjectWriter, name: string, bytes: Uint8Array): Promise<void> {
  try {
    await writer.write(bytes);
    await writer.commit(name);
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
}

function limitedWriter(writer: ObjectWriter, { piece = Infinity, pay }: Direction): ObjectWriter {
  return {
    write: async (bytes) => {
      for (let at = 0; at < bytes.length; at += piece) {
        const part = bytes.subarray(at, at + piece);
        await pay(part.length);
        await writer.write(part);
      }
    },
    commit: (name) => writer.commit(name),
    abort: () => writer.abort(),
  };
}

/** Of a store that sends nothing before. */
function paidAtTheEnd(writer: ObjectWriter, { pay }: Direction): ObjectWriter {
  let size = 0;
  return {
    write: async (bytes) => {
      size += bytes.length;
      await writer.write(bytes);
    },
    commit: async (name) => {
      await pay(size);
      await writer.commit(name);
    },
    abort: () => writer.abort(),
  };
}

interface Reading {
  readonly name: string;
  readonly range: ByteRange | undefined;
}

/** Paid for when it has come, for only then its size is known; the next piece waits for that. */
async function get(store: ObjectStore, { piece, pay }: Direction, { name, range }: Reading): Promise<Buffer> {
  if (piece === undefined) return await store.get(name, range);
  const end = range === undefined ? Infinity : range.offset + range.length;
  const parts: Buffer[] = [];
  for (let offset = range?.offset ?? 0; ;) {
    const length = Math.min(piece, end - offset);
    const part = await store.get(name, { offset, length });
    await pay(part.length);
    parts.push(part);
    offset += part.length;
    if (part.length < length || offset >= end) return parts.length === 1 ? part : Buffer.concat(parts);
  }
}
