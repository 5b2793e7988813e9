import { type FileHandle, open } from 'node:fs/promises';

const chunk = 2 ** 20;

/** True when two files have the same content. */
export async function areEqual(one: string, other: string): Promise<boolean> {
  const files = [await open(one), await open(other)] as const;
  try {
    const [first, second] = await Promise.all(files.map((file) => file.stat()));
    if (first?.size !== second?.size) return false;
    return await haveEqualBytes(files);
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

/** Of two files of one size. */
async function haveEqualBytes(files: readonly [FileHandle, FileHandle]): Promise<boolean> {
  const [first, second] = [Buffer.alloc(chunk), Buffer.alloc(chunk)];
  for (let at = 0; ;) {
    const { bytesRead } = await files[0].read(first, 0, chunk, at);
    if (bytesRead === 0) return true;
    await fill(files[1], second.subarray(0, bytesRead), at);
    if (!first.subarray(0, bytesRead).equals(second.subarray(0, bytesRead))) return false;
    at += bytesRead;
  }
}

/** A read may return less than was asked for. */
async function fill(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, at + done);
    if (bytesRead === 0) return;
    done += bytesRead;
  }
}
