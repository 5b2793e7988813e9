import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { objectName } from '../../format/names.ts';
import type { Sealer } from '../../format/seal.ts';
import { viewLocate } from '../../index/index-view.ts';
import { openBlob } from '../../pack/read-blob.ts';
import type { BlobLocation, Id, SharedReading } from '../../repository.ts';

export type ReadTree = (id: Id) => Buffer | undefined;

/** Reads trees at once, in any thread. Undefined when that fails in any way: the main thread knows more ways. */
export function treeReader({ folder, index, packs }: Omit<SharedReading, 'key'>, sealer: Sealer): ReadTree {
  const view = { ...index, packs };
  return (id) => {
    const blob = viewLocate(view, 'tree', id);
    if (blob === undefined) return undefined;
    const plain = openBlob(sealer, blob, sealedBytes(join(folder, objectName('data', blob.pack)), blob));
    return typeof plain === 'string' ? undefined : plain;
  };
}

function sealedBytes(path: string, { offset, length }: BlobLocation): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
  } finally {
    closeSync(fd);
  }
}
