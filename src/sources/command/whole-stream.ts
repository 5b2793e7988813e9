import { formatSize } from '../../base/size.ts';
import { MusterError } from '../../base/error.ts';
import type { CommandSource } from '../../plan/model/system.ts';

type Rules = Pick<CommandSource, 'capture' | 'minimumSize' | 'trailer' | 'allowEmpty'>;

/** White space that may follow the trailer. */
const slack = 4096;

/**
 * The pieces as they come. Throws at the very end, `source-empty`, `capture-too-small` or `capture-cut-off`, when they
 * were not all that was to be expected.
 */
export async function* wholeStream(rules: Rules, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const trailer = Buffer.from(rules.trailer ?? '');
  let size = 0;
  let tail = Buffer.alloc(0);
  for await (const piece of pieces) {
    size += piece.length;
    if (trailer.length > 0) tail = endOf(tail, piece, trailer.length + slack);
    yield piece;
  }
  const fault = faultOf(rules, size, tail);
  if (fault !== undefined) throw fault;
}

function endOf(tail: Buffer, piece: Uint8Array, length: number): Buffer<ArrayBuffer> {
  const all = piece.length >= length ? piece : Buffer.concat([tail.subarray(-(length - piece.length)), piece]);
  // A copy: what is given on may be changed by whoever takes it.
  return Buffer.from(all.subarray(-length));
}

function faultOf({ capture, minimumSize = 0, trailer, allowEmpty }: Rules, size: number, tail: Buffer) {
  const [program = ''] = capture;
  if (size === 0 && allowEmpty) return undefined;
  if (size === 0)
    return new MusterError(`${program} wrote nothing`, {
      code: 'source-empty',
      hint: 'Run it by hand; set `allowEmpty` if there may be nothing to write.',
    });
  if (size < minimumSize)
    return new MusterError(`${program} wrote ${formatSize(size)}, less than ${formatSize(minimumSize)}`, {
      code: 'capture-too-small',
      hint: 'There is no backup. Find out what is missing, or lower `minimumSize`.',
    });
  if (trailer === undefined || tail.toString('utf8').trimEnd().endsWith(trailer)) return undefined;
  return new MusterError(`what ${program} wrote does not end with its trailer: it was cut off`, {
    code: 'capture-cut-off',
    hint: 'There is no backup. Run it by hand, and look at the end of what it writes.',
    retryable: true,
  });
}
