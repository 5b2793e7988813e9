/** What a blob is: a piece of a file, or a folder. */
export type BlobType = 'data' | 'tree';

/** SHA-256 in hexadecimal. */
export type Id = string;
