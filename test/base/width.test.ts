import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clippedTo, widthOf } from '../../src/base/width.ts';

describe('columns on a terminal', () => {
  test.each([
    ['plain', 5],
    ['größe', 5],
    ['gro\u0308ße', 5],
    ['漢字', 4],
    ['ｆｕｌｌ', 8],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['', 0],
  ])('%s takes %i', (text, columns) => expect(widthOf(text)).toBe(columns));
});

describe('a text that is too wide', () => {
  test.each([
    [10, 'short', 'short'],
    [5, 'short', 'short'],
    [5, 'longer', 'long…'],
    [5, '漢字漢字', '漢字…'],
    [4, '漢字漢字', '漢…'],
    [1, 'ab', '…'],
  ])('in %i columns %s becomes %s', (columns, text, clipped) => expect(clippedTo(columns, text)).toBe(clipped));

  test('never takes more columns than there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.string({ unit: 'grapheme' }), (columns, text) => {
        expect(widthOf(clippedTo(columns, text))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
