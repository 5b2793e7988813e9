import { hash } from 'node:crypto';
import { damage } from '../format/damage.ts';
import type { Decompressor } from '../format/decompressor.ts';
import { createDecompressor } from '../format/decompressor.ts';
import { objectName } from '../format/names.ts';
import { release } from '../format/release.ts';
import type { Sealer } from '../format/seal.ts';
import type { BlobLocation } from '../repository.ts';
import type { PackReader } from './pack-reader.ts';

/** Decrypted, decompressed and checked. Throws `blob-damaged`, or what the store throws (`object-missing`). */
export async function readBlob(reader: Pick<PackReader, 'read'>, sealer: Sealer, blob: BlobLocation): Promise<Buffer> {
  const plain = openBlob(sealer, blob, await reader.read(blob));
  if (typeof plain === 'string') throw damage('blob-damaged', nameOf(blob), plain);
  return plain;
}

/** The content of a blob from its stored bytes, or what is wrong with them. */
export function openBlob(sealer: Sealer, blob: BlobLocation, sealed: Buffer): Buffer | string {
  if (sealed.length !== blob.length) return `the pack ends after ${sealed.length} of its ${blob.length} bytes`;
  const opened = sealer.open(sealed);
  if (!opened) return 'its bytes were changed after they were written';
  const plain = decompressed(opened, blob.uncompressedLength);
  if (!plain) return 'it does not decompress to its length';
  return hash('sha256', plain) === blob.id ? plain : 'its content does not fit its id';
}

function decompressed(opened: Buffer, length: number | undefined): Buffer | undefined {
  if (length === undefined) return opened;
  decompressor ??= createDecompressor();
  // It wants room for one byte more.
  const plain = Buffer.allocUnsafeSlow(length + 1);
  const whole = decompressor.decompressInto(plain, opened, length);
  release(opened);
  return whole ? plain.subarray(0, length) : undefined;
}

let decompressor: Decompressor | undefined;

function nameOf(blob: BlobLocation): string {
  return `${blob.type} blob ${blob.id} in ${objectName('data', blob.pack)}`;
}
