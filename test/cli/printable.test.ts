import * as fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { harmless, oneLine, printable } from '../../src/cli/text/printable.ts';

const steering = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

describe('what is printed', () => {
  test('names show what they hold and steer nothing', () => {
    expect(printable('a\nb\t\u001b[31m\u0085\u202egpj.exe')).toBe(
      String.raw`a\u000ab\u0009\u001b[31m\u0085\u202egpj.exe`,
    );
    expect(printable('größe 漢字 👩‍👩‍👧')).toBe('größe 漢字 👩‍👩‍👧');
    expect(oneLine('first\n  second\r\nthird')).toBe('first second third');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => !steering.test(printable(name))));
  });

  test('texts keep their lines and the colours of muster, and nothing else', () => {
    const { bold, dim, red, green, bgRed, hidden } = pc.createColors(true);
    const ours = `${bold(red('error'))}\n\t${dim('x')} ${green('ok')}`;
    expect(harmless(ours)).toBe(ours);
    expect(harmless(bgRed('x'))).toBe(String.raw`\u001b[41mx\u001b[49m`);
    expect(harmless(hidden('x'))).toBe(String.raw`\u001b[8mx\u001b[28m`);
    expect(harmless('\u001b]0;title\u0007\u001b[2J\u001b[1A')).toBe(String.raw`\u001b]0;title\u0007\u001b[2J\u001b[1A`);
  });

  test('JSON stays the same JSON', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        expect(JSON.parse(harmless(json))).toEqual(JSON.parse(json));
        expect(harmless(json)).not.toMatch(steering);
      }),
    );
  });
});
