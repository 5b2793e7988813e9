import { ftruncateSync, writeSync } from 'node:fs';
import { messageOf } from '../../base/error.ts';
import type { Id } from '../repository.ts';
import { isDamage } from '../tree/load.ts';
import type { TreeNode } from '../tree/node.ts';
import type { RestoreContext } from './context.ts';
import { EntryRefused } from './entry-refused.ts';

/** Zeros in pieces of this size, from its multiples on, are left out and become holes. */
const holeSize = 16 * 1024;
const zeros = Buffer.alloc(holeSize);

/** Writes a file's chunks. Throws `EntryRefused` `damaged` when one is lost, or they don't make up the file's size. */
export async function writeContent(context: RestoreContext, node: TreeNode, fd: number): Promise<void> {
  let at = 0;
  let last: { readonly id: Id; readonly bytes: Buffer } | undefined;
  for (const id of node.content ?? []) {
    context.tally.signal.throwIfAborted();
    // Long runs of the same chunk are what sparse files are made of.
    last = last?.id === id ? last : { id, bytes: await loadOrRefuse(context, id) };
    writeSparse(fd, last.bytes, at);
    at += last.bytes.length;
    context.tally.add(last.bytes.length);
    await context.tally.breathe();
  }
  if (at !== node.size) throw new EntryRefused(`its chunks hold ${at} bytes instead of ${node.size}`, 'damaged');
  ftruncateSync(fd, at);
}

async function loadOrRefuse(context: RestoreContext, id: Id): Promise<Buffer> {
  try {
    return await context.repository.load('data', id);
  } catch (error) {
    throw isDamage(error) ? new EntryRefused(`a part of it is lost: ${messageOf(error)}`, 'damaged') : error;
  }
}

function writeSparse(fd: number, bytes: Buffer, at: number): void {
  let from = 0;
  let to = Math.min(bytes.length, holeSize - (at % holeSize));
  for (let piece = 0; piece < bytes.length; piece = to, to = Math.min(bytes.length, to + holeSize)) {
    if (!isHole(bytes, piece, to)) continue;
    writeAll(fd, bytes.subarray(from, piece), at + from);
    from = to;
  }
  writeAll(fd, bytes.subarray(from), at + from);
}

function isHole(bytes: Buffer, from: number, to: number): boolean {
  return to - from === holeSize && bytes[from] === 0 && bytes.compare(zeros, 0, holeSize, from, to) === 0;
}

function writeAll(fd: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}
