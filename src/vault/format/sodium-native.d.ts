/** The part of sodium-native that the vault uses; the package brings no types. */
declare module 'sodium-native' {
  const sodium: {
    /** Poly1305; `key` is r ‖ s, 32 bytes. Writes 16 bytes to `out`. */
    crypto_onetimeauth(out: Uint8Array, input: Uint8Array, key: Uint8Array): void;
    /** In constant time. */
    crypto_onetimeauth_verify(mac: Uint8Array, input: Uint8Array, key: Uint8Array): boolean;
  };
  export default sodium;
}
