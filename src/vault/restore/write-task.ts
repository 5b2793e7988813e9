import type { BytePath } from '../../base/capture.ts';
import type { StoredBlob } from '../pack/blob-opener.ts';
import type { Id } from '../repository.ts';
import type { NodeFacts } from './metadata.ts';

/** Parts of packs to read, and where what is in them goes. It is sent to threads as it is. */
export interface WriteTask {
  readonly reads: readonly PackRead[];
}

export interface PackRead {
  readonly pack: Id;
  readonly offset: number;
  length: number;
  /** What is there, where a thread can't read it itself. */
  bytes?: Uint8Array<ArrayBuffer> | undefined;
  /** In the order in which they lie there. */
  readonly blobs: BlobUse[];
}

export interface BlobUse extends StoredBlob {
  readonly offset: number;
  readonly uses: Use[];
}

/** `number`: what the result calls it. */
export type Use = WholeFile | PartOfFile;

/** A file that is this one blob. */
export interface WholeFile {
  readonly number: number;
  readonly folder: OpenPlace;
  readonly name: BytePath;
  readonly node: NodeFacts;
}

/** A folder that stays open until the result is there. */
export interface OpenPlace {
  /** As `OpenFolder.self`. */
  readonly self: BytePath;
  readonly prefix: BytePath;
  /** True when what is made in it may get access lists from it. */
  readonly inherits: boolean;
}

/** A part of a file that is open for writing in this process, whichever thread opened it. */
export interface PartOfFile {
  readonly number: number;
  readonly fd: number;
  readonly at: number;
}

export interface WriteResult {
  /** What could not be done, for whatever reason. Nothing of a whole file is left then. */
  readonly failed: readonly number[];
  /** Files that are there, but not with all that belongs to them. */
  readonly metadata: readonly { readonly number: number; readonly detail: string }[];
}
