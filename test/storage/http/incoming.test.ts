import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Incoming, type WholeAnswer } from '../../../src/storage/http/incoming.ts';

/** Gives it the bytes in pieces of these lengths, over and over. */
function answerFrom(
  bytes: Buffer,
  lengths: readonly number[],
): { readonly answer?: WholeAnswer; readonly rest: number } {
  const incoming = new Incoming();
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const length = Math.min(lengths[i % lengths.length] ?? 1, incoming.room().length, bytes.length - at);
    bytes.copy(incoming.room(), 0, at, at + length);
    at += length;
    const answer = incoming.take(length);
    if (answer) return { answer, rest: bytes.length - at };
  }
  const answer = incoming.end();
  return answer ? { answer, rest: 0 } : { rest: 0 };
}

function inChunks(content: Buffer, lengths: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < content.length; i += 1) {
    const chunk = content.subarray(at, at + (lengths[i % lengths.length] ?? 1));
    parts.push(
      Buffer.from(`${chunk.length.toString(16)}${i % 2 === 0 ? '' : ';note=1'}\r\n`),
      chunk,
      Buffer.from('\r\n'),
    );
    at += chunk.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\ntrailer: x\r\n\r\n')]);
}

const content = fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes));
const lengths = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 });

describe('an answer on its way', () => {
  test('is the same however it is cut, and whatever came before it', () => {
    const kinds = fc.constantFrom('length', 'chunked', 'to-the-end');
    const before = fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n');
    fc.assert(
      fc.property(
        fc.record({ kind: kinds, first: before, body: content, pieces: lengths, chunks: lengths }),
        (drawn) => {
          const { kind, first, body, pieces, chunks } = drawn;
          const told = {
            length: `Content-Length: ${body.length}\r\n`,
            chunked: 'transfer-encoding: Chunked\r\n',
            'to-the-end': '',
          };
          const head = `${first}HTTP/1.1 206 Partial\r\n${told[kind]}X-A:  1 \r\nx-a: 2\r\n\r\n`;
          const sent = Buffer.concat([Buffer.from(head), kind === 'chunked' ? inChunks(body, chunks) : body]);
          const { answer, rest } = answerFrom(sent, pieces);
          expect(answer?.head).toMatchObject({ status: 206, headers: { 'x-a': '1, 2' } });
          expect(answer?.body.equals(body)).toBe(true);
          expect(rest).toBe(0);
        },
      ),
    );
  });

  test('has memory of its own for a body of known length', () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 20000\r\n\r\n';
    const { answer } = answerFrom(Buffer.from(head.padEnd(head.length + 20_000, 'x')), [700]);
    expect(answer?.body.buffer.byteLength).toBe(20_000);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-server\r\n\r\n'],
    ['no line of a header', 'HTTP/1.1 200 OK\r\nwhat\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nx'],
    ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nx'],
    ['no chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n'],
    ['too long a body', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxyz'],
    ['a length that nobody has memory for', 'HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n'],
    ['too long a head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}`],
  ])('is refused: %s', (_, text) => {
    expect(() => answerFrom(Buffer.from(text), [text.length])).toThrow(/^what the server sent|^the server sent/);
  });

  test('that does not end is refused before it takes all memory', () => {
    const incoming = new Incoming();
    const head = Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
    head.copy(incoming.room());
    incoming.take(head.length);
    expect(() => {
      for (let taken = 0; taken < 2 ** 29;) {
        const { length } = incoming.room();
        incoming.take(length);
        taken += length;
      }
    }).toThrow('a body that does not end');
  });

  test('that says it is over where nothing can follow has no body', () => {
    expect(answerFrom(Buffer.from('HTTP/1.1 304 Not Modified\r\n\r\n'), [9]).answer?.body).toHaveLength(0);
  });
});
