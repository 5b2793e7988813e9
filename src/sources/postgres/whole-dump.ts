import { MusterError } from '../../base/error.ts';

/** The last lines; newer dumps have one more after the trailer. */
const tailLength = 4096;

const trailers = {
  plain: '-- PostgreSQL database dump complete',
  globals: '-- PostgreSQL database cluster dump complete',
} as const;

/** The pieces as they come. Throws `capture-cut-off` at the very end when that is not the end of a dump. */
export async function* wholeDump(
  kind: 'custom' | keyof typeof trailers,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (head.length < 5) head = Buffer.concat([head, piece.subarray(0, 5)]);
    tail = Buffer.from(Buffer.concat([tail, piece.subarray(-tailLength)]).subarray(-tailLength));
    yield piece;
  }
  // The format `custom` has no trailer: that the program ended well says that it is whole.
  const isWhole = kind === 'custom' ? head.toString('latin1') === 'PGDMP' : tail.includes(trailers[kind]);
  if (isWhole) return;
  throw new MusterError('what was dumped is not a whole dump', {
    code: 'capture-cut-off',
    hint: 'There is no backup. Run pg_dump by hand, and look at what it writes.',
    retryable: true,
  });
}
