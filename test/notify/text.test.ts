import { assert, integer, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine, plainText, quoted, shortened } from '../../src/notify/text.ts';

const anyText = string({ unit: 'binary', maxLength: 200 });

test('one line never holds a control character or half a character', () => {
  assert(
    property(anyText, (text) => {
      const line = oneLine(text);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(line.isWellFormed()).toBe(true);
      expect(oneLine(line)).toBe(line);
    }),
  );
});

test('plain text holds no control character but line breaks and tabs', () => {
  assert(
    property(anyText, (text) => {
      expect(plainText(text)).not.toMatch(/[^\P{Cc}\n\t]|\n{3}/u);
      expect(plainText(text).isWellFormed()).toBe(true);
    }),
  );
});

test('a shortened text is no longer than asked for, and whole', () => {
  assert(
    property(string({ unit: 'grapheme', maxLength: 200 }), integer({ min: 20, max: 100 }), (text, length) => {
      const short = shortened(text, length);
      expect(short.length).toBeLessThanOrEqual(length);
      expect(short.isWellFormed()).toBe(true);
      expect(short === text).toBe(text.length <= length);
    }),
  );
});

test('a quoted reply shows no secret, the longest first', () => {
  expect(quoted('535 no login\r\nwith abc and abcdef', ['abc', '', 'abcdef'])).toBe('535 no login with *** and ***');
});
