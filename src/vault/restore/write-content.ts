import { ftruncateSync } from 'node:fs';
import { messageOf } from '../../base/error.ts';
import type { Id } from '../repository.ts';
import { isDamage } from '../tree/load.ts';
import type { TreeNode } from '../tree/node.ts';
import type { RestoreContext } from './context.ts';
import { EntryRefused } from './entry-refused.ts';
import { writeSparse } from './write-sparse.ts';

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
