/**
 * What a source hands to the vault: places to read. Paths are absolute and, because a file name on Linux is any
 * bytes, are `latin1` strings: one character is one byte. `toBytePath` and `fromBytePath` convert.
 */
export type BytePath = string & { readonly brand?: 'BytePath' };

export type CaptureRoot =
  | {
      readonly kind: 'tree';
      /** File or folder to read with all below it, perhaps in a frozen view of the original. */
      readonly path: BytePath;
      /** Where it stands in the snapshot: the path that the original has. Undefined: `path`. */
      readonly as?: BytePath | undefined;
      /** Which of the paths of the snapshot are left out, with all below them. */
      readonly excluded: Excluded;
      /** Asked once for each folder that is read, the root among them, before anything in it. */
      readonly enter?: ((folder: EnteredFolder) => FolderRule | undefined) | undefined;
      /** How another thread gets these two. Undefined: only this one can ask them. */
      readonly elsewhere?: CaptureRules | undefined;
    }
  | {
      readonly kind: 'file';
      /** The file to read now, often a temporary copy. */
      readonly path: BytePath;
      /** Where it stands in the snapshot: the path that the original has. */
      readonly as: BytePath;
    }
  | {
      readonly kind: 'stream';
      /** Where it stands in the snapshot. */
      readonly path: BytePath;
      readonly as?: undefined;
      /**
       * Its content, read once, from begin to end: a dump that a program writes. A stream that throws, also at its very
       * end, ends the backup: half a dump is none.
       */
      readonly read: () => AsyncIterable<Uint8Array>;
    };

/** A module whose `rulesFrom(data)` returns an `excluded` and an `enter` that say the same in any thread. */
export interface CaptureRules {
  /** Its address, for `import`. */
  readonly module: string;
  /** Something that can be sent to a thread. */
  readonly data: unknown;
}

/** True for what is to be left out, and all below it. `facts` is undefined when nothing could be learned of the entry. */
export type Excluded = (path: BytePath, isFolder: boolean, facts?: EntryFacts) => boolean;

/** Part of what `lstat` tells. */
export interface EntryFacts {
  readonly size: bigint;
  /** Number of the file system it lies on. */
  readonly dev: bigint;
  readonly ino: bigint;
}

export interface EnteredFolder {
  /** In the snapshot. */
  readonly path: BytePath;
  readonly facts: EntryFacts;
  /** Names of what is in it. */
  readonly names: readonly BytePath[];
  /** A path for calls that leads to an entry of this very folder. */
  readonly child: (name: BytePath) => BytePath;
}

/** What a folder says of its own content; it holds for all below, besides what the folders above say. */
export interface FolderRule {
  readonly excluded?: Excluded | undefined;
  /** What is wrong with the rules found in it: noted as faults of the folder. */
  readonly faults?: readonly string[] | undefined;
}

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
