/** What became of a check of a file's format. `unchecked` is never `sound`. */
export type ContentFinding =
  | { readonly kind: 'sound' }
  | { readonly kind: 'faulty'; readonly detail: string }
  | { readonly kind: 'unchecked'; readonly detail: string };

/** A file's bytes, in order. */
export type Pieces = AsyncIterable<Uint8Array>;

export const sound: ContentFinding = { kind: 'sound' };

export function faulty(detail: string): ContentFinding {
  return { kind: 'faulty', detail };
}

export function unchecked(detail: string): ContentFinding {
  return { kind: 'unchecked', detail };
}

/** A format that is told by the first bytes of a file. */
export interface ContentFormat {
  readonly name: string;
  /** Takes the first 512 bytes, or fewer where there are no more. */
  matches(head: Buffer): boolean;
  /** Reads all pieces, in bounded memory. Throws only what reading them throws. */
  check(pieces: Pieces): Promise<ContentFinding>;
}
