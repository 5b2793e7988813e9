/** Bounds of the texts that begin with `prefix`, in the byte order of SQLite: at or above the first, below the second. */
export function prefixRange(prefix: string): { readonly from: string; readonly to: string } {
  return { from: prefix, to: `${prefix}\u{10FFFF}` };
}
