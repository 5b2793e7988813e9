/**
 * Where a secret is to be found. A plan holds only this; the value is resolved at the last moment by the
 * composition root, and is never logged, stored or shown.
 */
export type Secret =
  | { readonly from: 'env'; readonly variable: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'command'; readonly command: readonly string[] };

/** Gets the value behind a `Secret`. Throws a `MusterError` `secret-unavailable` that names the place, never the value. */
export type ResolveSecret = (secret: Secret) => Promise<string>;
