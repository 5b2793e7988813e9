import { Readable, type Transform } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { codeOf, messageOf } from '../../base/error.ts';
import { faulty, unchecked, type ContentFinding, type ContentFormat, type Pieces } from './finding.ts';

/** What checks the content inside. */
type Inside = (pieces: Pieces) => Promise<ContentFinding>;

export function compressedFormats(inside: Inside): readonly ContentFormat[] {
  return [
    {
      name: 'gzip',
      matches: (head) => head.length > 3 && head.readUIntBE(0, 3) === 0x1f8b08,
      check: (pieces) => checkInside(pieces, createGunzip(), inside),
    },
    {
      name: 'zstd',
      matches: (head) => head.length > 4 && head.readUInt32LE(0) === 0xfd2fb528,
      check: (pieces) => checkInside(pieces, createZstdDecompress({ params: window }), inside),
    },
  ];
}

/** 128 MiB, the most that `zstd` itself takes unasked: longer windows would need as much memory here. */
const window = { [constants.ZSTD_d_windowLogMax]: 27 };

async function checkInside(pieces: Pieces, transform: Transform, inside: Inside): Promise<ContentFinding> {
  const packed = Readable.from(pieces, { objectMode: false });
  // What reading the packed bytes throws is kept apart from what unpacking them throws.
  let readFault: Error | undefined;
  packed.once('error', (error) => transform.destroy((readFault = error)));
  packed.pipe(transform);
  try {
    return await inside(transform);
  } catch (error) {
    if (readFault !== undefined) throw readFault;
    return findingOf(error);
  } finally {
    packed.destroy();
    transform.destroy();
  }
}

function findingOf(error: unknown): ContentFinding {
  const code = codeOf(error) ?? '';
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') return unchecked('it needs more than 128 MiB to unpack');
  if (/^(?:Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test(code)) return faulty(`it does not decompress: ${messageOf(error)}`);
  throw error;
}
