/**
 * What a source hands to the vault: places to read. Paths are absolute and, because a file name on Linux is any
 * bytes, are `latin1` strings: one character is one byte. `toBytePath` and `fromBytePath` convert.
 */
export type BytePath = string & { readonly brand?: 'BytePath' };

export type CaptureRoot =
  | {
      readonly kind: 'tree';
      /** File or folder to read with all below it. */
      readonly path: BytePath;
      /** True for what is to be left out, and all below it. */
      readonly excluded: (path: BytePath, isFolder: boolean) => boolean;
    }
  | {
      readonly kind: 'file';
      /** The file to read now, often a temporary copy. */
      readonly path: BytePath;
      /** Where it stands in the snapshot: the path that the original has. */
      readonly as: BytePath;
    };

export function toBytePath(path: string): BytePath {
  return Buffer.from(path, 'utf8').toString('latin1');
}

/** For `node:fs`, which takes bytes as a Buffer. */
export function bytesOf(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** For people; bytes that are not UTF-8 become U+FFFD. */
export function fromBytePath(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
