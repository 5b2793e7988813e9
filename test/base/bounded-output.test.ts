import { array, assert, integer, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedOutput } from '../../src/base/bounded-output.ts';

const limit = 64 * 1024;

function outputOf(pieces: readonly (string | Uint8Array)[]): BoundedOutput {
  const output = new BoundedOutput();
  for (const piece of pieces) output.add(Buffer.from(piece));
  return output;
}

describe('output of a command', () => {
  test('up to 64 KiB is kept as it is, however it came', () => {
    assert(
      property(array(string({ unit: 'binary' }), { maxLength: 40 }), (pieces) => {
        expect(outputOf(pieces).text()).toBe(Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString('utf8'));
        expect(outputOf(pieces).lines()).toBe(outputOf(pieces).text());
      }),
    );
    expect(outputOf(['x'.repeat(limit)]).text()).toBe('x'.repeat(limit));
  });

  test('more has a marker that says how much is left out', () => {
    const text = outputOf(['a'.repeat(40_000), 'b'.repeat(40_000), 'c'.repeat(40_000)]).text();
    expect(text.startsWith('a'.repeat(32_768))).toBe(true);
    expect(text).toContain(`[... ${120_000 - limit} bytes left out ...]\n`);
    expect(text.endsWith('c'.repeat(32_768))).toBe(true);
  });

  test('for people it is cut at line breaks, so that what is in a line is whole', () => {
    assert(
      property(integer({ min: 1, max: 500 }), integer({ min: 1, max: 70_000 }), (width, piece) => {
        const lines = Array.from({ length: 150_000 / width }, (_, index) => `${index}`.padStart(width, '.'));
        const all = Buffer.from(`${lines.join('\n')}\n`);
        const pieces = Array.from({ length: Math.ceil(all.length / piece) }, (_, index) =>
          all.subarray(index * piece, (index + 1) * piece),
        );
        const known = new Set(lines);
        const shown = outputOf(pieces).lines().trimEnd().split('\n');
        expect(shown.filter((line) => !known.has(line) && !line.startsWith('[... '))).toEqual([]);
        expect(shown.length).toBeGreaterThan(10);
      }),
      { numRuns: 20 },
    );
  });

  test('a line that is longer than what is kept is left out for people', () => {
    expect(outputOf(['first\n', 'x'.repeat(200_000), '\nlast\n']).lines()).toBe(
      'first\n[... 200001 bytes left out ...]\nlast\n',
    );
    expect(outputOf(['x'.repeat(200_000)]).lines()).toBe('[... 200000 bytes left out ...]\n');
  });

  test('never holds more than its bound', () => {
    assert(
      property(array(uint8Array({ maxLength: 9000 }), { maxLength: 60 }), (pieces) => {
        expect(outputOf(pieces).text().length).toBeLessThanOrEqual(limit + 100);
      }),
      { numRuns: 30 },
    );
  });
});
