import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBytePath } from '../../../src/base/capture.ts';
import { jsonBytes, jsonText } from '../../../src/vault/tree/json-text.ts';
import { quoteName, unquoteName } from '../../../src/vault/tree/quote.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value).toString('latin1'));

describe('names are quoted as Go does', () => {
  test.each([
    ['plain name', 'plain name'],
    ['a"b\\c', 'a\\"b\\\\c'],
    ['\u0007\b\f\n\r\t\v', '\\a\\b\\f\\n\\r\\t\\v'],
    ['\u0001\u007f', '\\x01\\x7f'],
    ['ünï', 'ünï'],
    ['a\u00a0b', 'a\\u00a0b'],
    ['\u200b\u2028', '\\u200b\\u2028'],
    ['\u{e0001}', '\\U000e0001'],
    ['\u{1f600}', '\u{1f600}'],
    ['\ue000', '\\ue000'],
  ])('%j', (name, quoted) => {
    expect(quoteName(toBytePath(name))).toBe(quoted);
    expect(unquoteName(quoted)).toBe(toBytePath(name));
  });

  test('bytes that are not UTF-8 are escaped one by one', () => {
    expect(quoteName('a\xff\xc3\x28\xed\xa0\x80')).toBe('a\\xff\\xc3(\\xed\\xa0\\x80');
  });

  test('any bytes come back', () => {
    fc.assert(
      fc.property(bytes, (name) => {
        expect(unquoteName(quoteName(name))).toBe(name);
      }),
    );
  });

  test.each(['a"b', '\\', '\\q', '\\x1', '\\ud800', '\\U00110000', "\\'", 'line\nfeed', '\\400'])(
    '%j is refused',
    (text) => expect(unquoteName(text)).toBeUndefined(),
  );
});

describe('JSON texts are written as Go does', () => {
  test('HTML signs, separators and control characters are escaped', () => {
    expect(jsonText('<a>&"\\\n\r\t\b\f\u0001\u2028\u2029\u007fé\u{1f600}')).toBe(
      '"\\u003ca\\u003e\\u0026\\"\\\\\\n\\r\\t\\u0008\\u000c\\u0001\\u2028\\u2029\u007fé\u{1f600}"',
    );
  });

  test('bytes that are not UTF-8 become the replacement character', () => {
    expect(jsonBytes('a\xffé'.replace('é', '\xc3\xa9'))).toBe('"a\\ufffdé"');
  });

  test('any text can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(jsonText(text))).toBe(text.toWellFormed());
      }),
    );
  });
});
