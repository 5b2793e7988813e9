import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, readFileSync, truncateSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkContent } from '../../../src/steps/content/check-content.ts';
import { temporaryFolder } from '../context.ts';

async function* inPieces(bytes: Uint8Array, length = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function kindOf(bytes: Uint8Array, length?: number): Promise<string> {
  const recognised = await checkContent(inPieces(bytes, length));
  return recognised === undefined ? 'unknown' : `${recognised.name}: ${recognised.finding.kind}`;
}

async function detailOf(bytes: Uint8Array): Promise<string | undefined> {
  const finding = (await checkContent(inPieces(bytes)))?.finding;
  return finding?.kind === 'sound' ? undefined : finding?.detail;
}

/** An archive of real files, by the system's own program. */
function archive(options: readonly string[] = [], fill: (folder: string) => void = () => {}): Buffer {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'in/sub'), { recursive: true });
  writeFileSync(join(folder, 'in/a'), 'a'.repeat(700));
  writeFileSync(join(folder, 'in/sub/empty'), '');
  writeFileSync(join(folder, `in/${'n'.repeat(200)}`), 'a long name');
  fill(join(folder, 'in'));
  execFileSync('tar', [...options, '-cf', join(folder, 'out.tar'), '-C', folder, 'in']);
  return readFileSync(join(folder, 'out.tar'));
}

function withHoles(folder: string): void {
  const file = join(folder, 'sparse');
  writeFileSync(file, '');
  for (let i = 1; i <= 30; i += 1) {
    truncateSync(file, i * 200_000);
    appendFileSync(file, 'x'.repeat(5000));
  }
}

const plainDump = Buffer.from(
  '--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE a ();\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n',
);

async function* broken(): AsyncGenerator<Uint8Array> {
  yield gzipSync('some text'.repeat(500)).subarray(0, 30);
  throw new Error('the disk is gone');
}

/** One stored file, the list of files, and the end with a comment. */
function zipped(comment: string): Buffer {
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(26), Buffer.from('content')]);
  const central = Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.alloc(42)]);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([local, central, end, Buffer.from(comment)]);
}

describe('tar', () => {
  test.each([
    ['GNU', ['--format=gnu']],
    ['pax', ['--format=pax']],
    ['ustar', ['--format=ustar', '--exclude=nnn*']],
    ['sparse, GNU', ['--format=gnu', '-S']],
    ['sparse, pax', ['--format=pax', '-S']],
  ])('%s is sound', async (_, options) => {
    const bytes = archive(options, withHoles);
    expect(await kindOf(bytes)).toBe('tar: sound');
    expect(await kindOf(bytes, 77)).toBe('tar: sound');
  });

  test('sizes beyond eight octal gigabytes are read as binary numbers', async () => {
    const bytes = archive(['--format=gnu']);
    // 700 as a number in base 256, and the checksum of the header anew.
    const at = bytes.indexOf(Buffer.from('in/a\0')) + 124;
    bytes.fill(0, at, at + 12);
    bytes[at] = 0x80;
    bytes.writeUInt16BE(700, at + 10);
    const header = bytes.subarray(at - 124, at + 388);
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(await kindOf(bytes)).toBe('tar: sound');
  });

  test('that was cut off anywhere is faulty', async () => {
    const bytes = archive();
    const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
    for (let length = 513; length < end; length += 511)
      expect(`${length} ${await kindOf(bytes.subarray(0, length))}`).toBe(`${length} tar: faulty`);
    expect(await detailOf(bytes.subarray(0, Math.ceil(end / 512) * 512))).toContain('without the mark of its end');
  });

  test('with a changed header is faulty', async () => {
    const bytes = archive();
    bytes[1] = (bytes[1] ?? 0) ^ 4;
    expect(await detailOf(bytes)).toBe('the header of entry 1 does not fit its checksum');
  });
});

describe('gzip and zstd', () => {
  const text = Buffer.from('some text '.repeat(5000));

  test('are sound when they unpack, of one part or several', async () => {
    expect(await kindOf(gzipSync(text))).toBe('gzip: sound');
    expect(await kindOf(Buffer.concat([gzipSync(text), gzipSync(text)]))).toBe('gzip: sound');
    expect(await kindOf(zstdCompressSync(text))).toBe('zstd: sound');
  });

  test('are faulty when they were cut off or changed', async () => {
    const zstd = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    for (const packed of [gzipSync(text), zstd]) {
      expect(await kindOf(packed.subarray(0, packed.length - 9))).toMatch(/: faulty$/);
      packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
      expect(await kindOf(packed)).toMatch(/: faulty$/);
    }
  });

  test('what is inside is checked as well', async () => {
    const tar = archive();
    expect(await kindOf(gzipSync(tar))).toBe('gzip: sound');
    expect(await detailOf(gzipSync(tar.subarray(0, 2000)))).toMatch(/^tar inside: it ends/);
    expect(await detailOf(zstdCompressSync(plainDump.subarray(0, 60)))).toMatch(
      /^PostgreSQL dump inside: its last line/,
    );
  });

  test('a bomb is unpacked as a stream', async () => {
    const before = process.memoryUsage.rss();
    let packed = gzipSync(Buffer.alloc(2 ** 20));
    packed = Buffer.concat(Array.from({ length: 300 }, () => packed));
    expect(await kindOf(packed, 65_536)).toBe('gzip: sound');
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 2 ** 20);
  });

  test('a window that needs more memory than 128 MiB is not checked, and said so', async () => {
    const params = { [constants.ZSTD_c_windowLog]: 28 };
    const packed = zstdCompressSync(Buffer.from('x'), { params });
    // The frame's own size is small, so the window is said with it: a descriptor without size, window 2^28.
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (28 - 10) << 3]);
    expect(await kindOf(Buffer.concat([header, packed.subarray(6)]))).toBe('zstd: unchecked');
  });

  test('a fault of reading is thrown, not taken for one of the format', async () => {
    await expect(checkContent(broken())).rejects.toThrow('the disk is gone');
  });
});

describe('dumps', () => {
  test('as text need their last line', async () => {
    expect(await kindOf(plainDump)).toBe('PostgreSQL dump: sound');
    expect(await kindOf(plainDump.subarray(0, 90))).toBe('PostgreSQL dump: faulty');
    const cluster = Buffer.from('--\n-- PostgreSQL database cluster dump\n--\nselect 1;\n');
    expect(await kindOf(cluster)).toBe('PostgreSQL cluster dump: faulty');
    const end = Buffer.from('--\n-- PostgreSQL database cluster dump complete\n--\n');
    expect(await kindOf(Buffer.concat([cluster, end]))).toBe('PostgreSQL cluster dump: sound');
    const mysql = Buffer.from('-- MySQL dump 10.13  Distrib 8.0\nCREATE TABLE a (b int);\n');
    expect(await kindOf(mysql)).toBe('MySQL dump: faulty');
    expect(await kindOf(Buffer.concat([mysql, Buffer.from('-- Dump completed on 2026-11-20\n')]))).toBe(
      'MySQL dump: sound',
    );
  });

  test('the last line counts at the end only', async () => {
    const torn = Buffer.concat([plainDump, Buffer.alloc(10_000, 'x')]);
    expect(await kindOf(torn)).toBe('PostgreSQL dump: faulty');
  });

  test('in the custom format need their header', async () => {
    const header = Buffer.from([...Buffer.from('PGDMP'), 1, 15, 0, 4, 8, 1]);
    expect(await kindOf(Buffer.concat([header, Buffer.alloc(200)]))).toBe('PostgreSQL custom dump: sound');
    expect(await kindOf(header)).toBe('PostgreSQL custom dump: faulty');
    header[8] = 9;
    expect(await kindOf(Buffer.concat([header, Buffer.alloc(200)]))).toBe('PostgreSQL custom dump: faulty');
  });
});

describe('zip', () => {
  test('needs its list at the end', async () => {
    for (const comment of ['', 'a comment', `with PK\u0005\u0006 in it ${'x'.repeat(60_000)}`]) {
      const bytes = zipped(comment);
      expect(await kindOf(bytes)).toBe('zip: sound');
      expect(await kindOf(bytes.subarray(0, -1))).toBe('zip: faulty');
    }
    expect(await kindOf(zipped('').subarray(0, 60))).toBe('zip: faulty');
  });
});

test('anything else is of no known format, whatever it is, and nothing throws', async () => {
  const magic = fc.constantFrom(
    '',
    'PGDMP',
    'PK\u0003\u0004',
    '\u001f\u008b\u0008',
    '(\u00b5/\u00fd',
    '-- PostgreSQL database dump\n',
  );
  await fc.assert(
    fc.asyncProperty(magic, fc.uint8Array({ maxLength: 2000 }), async (start, rest) => {
      const kind = await kindOf(Buffer.concat([Buffer.from(start, 'latin1'), rest]));
      return /^(?:unknown|.*: (?:sound|faulty|unchecked))$/.test(kind);
    }),
  );
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'empty'), '');
  expect(await checkContent(createReadStream(join(folder, 'empty')))).toBeUndefined();
});
