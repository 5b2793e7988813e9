/*
 * What a plan may ask of the reader. Real plans stay far below; what goes beyond would exhaust time or memory.
 */

/** Bytes of one file. */
export const maxFileBytes = 8 * 2 ** 20;
/** Files of one plan, with all that it extends. */
export const maxFiles = 2000;
/** Files and folders that a plan extends, directly or not. */
export const maxExtended = 50;
/** Lexical tokens of all files of a plan together; a plan of 5,000 systems has about 600,000. */
export const maxTokens = 2_000_000;
/** Maps and lists inside each other. The language itself needs fewer than ten. */
export const maxDepth = 100;
/** Values that aliases may add to those that are written out. */
export const maxAliasValues = 250_000;
