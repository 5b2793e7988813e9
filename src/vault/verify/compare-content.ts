import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { nativePath } from '../open-folder.ts';
import type { Tally } from '../progress.ts';
import type { BlobLocation, Repository } from '../repository.ts';
import type { TreeNode } from '../tree/node.ts';

export interface ContentComparison {
  readonly repository: Repository;
  readonly tally: Tally;
}

/** Reads a file on disk, part by part as the snapshot cut it: the SHA-256 of each part is the name of that part. */
export async function contentFault(
  comparison: ContentComparison,
  place: BytePath,
  node: TreeNode,
): Promise<string | undefined> {
  const fd = openSync(nativePath(place), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(fd);
    if (size !== node.size) return `it has ${size} bytes instead of ${node.size}`;
    return await partFault(comparison, fd, node);
  } finally {
    closeSync(fd);
  }
}

async function partFault(
  { repository, tally }: ContentComparison,
  fd: number,
  { content = [], size }: TreeNode,
): Promise<string | undefined> {
  let at = 0;
  for (const id of content) {
    await tally.breathe();
    const location = repository.locate('data', id);
    const length = location === undefined ? undefined : plainLength(location);
    if (length === undefined) return 'the index does not know a part of it';
    if (hash('sha256', readPart(fd, at, length)) !== id) return `its bytes from ${at} on are others`;
    at += length;
    tally.add(length);
  }
  return at === size ? undefined : `its parts hold ${at} bytes instead of ${size}`;
}

/** A sealed blob is 32 bytes longer than what it holds. */
export function plainLength({
  uncompressedLength,
  length,
}: Pick<BlobLocation, 'uncompressedLength' | 'length'>): number {
  return uncompressedLength ?? length - 32;
}

let buffer = Buffer.alloc(0);

/** Valid until the next call. */
function readPart(fd: number, at: number, length: number): Buffer {
  if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(Math.max(length, 2 ** 20));
  let done = 0;
  while (done < length) {
    const read = readSync(fd, buffer, done, length - done, at + done);
    if (read === 0) break;
    done += read;
  }
  return buffer.subarray(0, done);
}
