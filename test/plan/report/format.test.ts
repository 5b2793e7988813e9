import { describe, expect, test } from 'vitest';
import type { Diagnostic, Position } from '../../../src/base/diagnostic.ts';
import { formatDiagnostics, summarizeDiagnostics } from '../../../src/plan/report/format.ts';
import { frameOf } from '../../../src/plan/report/frame.ts';
import { widthOf } from '../../../src/base/width.ts';

const file = '/data/shop/muster.yaml';
const text = ['muster: 1', 'name: shop', 'sytems:', '  orders:', '    needs: [configuraton]', '  orders: {}'].join(
  '\n',
);
const sources = new Map([[file, text]]);
const unknownKey: Diagnostic = {
  file,
  line: 3,
  column: 1,
  endLine: 3,
  endColumn: 7,
  severity: 'error',
  code: 'unknown-key',
  message: 'there is no section `sytems`',
  hint: 'Did you mean `systems`?',
};
const duplicate: Diagnostic = {
  file,
  line: 6,
  column: 3,
  severity: 'warning',
  code: 'duplicate-name',
  message: 'orders is defined twice',
  related: [{ file, line: 4, column: 3, endLine: 4, endColumn: 9, message: 'first defined here' }],
};

function at(column: number, endColumn?: number): Position {
  return {
    file,
    line: 1,
    column,
    ...(endColumn === undefined ? {} : { endLine: 1, endColumn }),
  };
}

function shown(found: readonly Diagnostic[], format: 'text' | 'json' | 'github' | 'sarif', color = false): string {
  return formatDiagnostics(found, sources, { format, cwd: '/data/shop', color });
}

describe('text', () => {
  test('shows the line, underlines what is meant, and says what to do', () => {
    expect(shown([unknownKey, duplicate], 'text')).toBe(
      `error[unknown-key]: there is no section \`sytems\`
 --> muster.yaml:3:1
  |
3 | sytems:
  | ^^^^^^
  = hint: Did you mean \`systems\`?

warning[duplicate-name]: orders is defined twice
 --> muster.yaml:6:3
  |
6 |   orders: {}
  |   ^^^^^^
  = first defined here
 --> muster.yaml:4:3
  |
4 |   orders:
  |   ^^^^^^
`,
    );
  });

  test('colours only on demand', () => {
    expect(shown([unknownKey], 'text')).not.toContain('\u001B');
    expect(shown([unknownKey], 'text', true)).toContain('\u001B[31m^^^^^^\u001B[39m');
  });

  test('is empty without diagnostics', () => {
    expect(shown([], 'text')).toBe('');
  });

  test('names a file outside of the folder in full, and leaves the lines of an unknown file out', () => {
    const elsewhere = { ...unknownKey, file: '/etc/other.yaml', hint: 'Look.' };
    expect(shown([elsewhere], 'text')).toBe(
      'error[unknown-key]: there is no section `sytems`\n --> /etc/other.yaml:3:1\n  = hint: Look.\n',
    );
  });

  test('lets nothing of a plan steer the terminal', () => {
    const hostile = new Map([[file, 'na\u001B[2Jme: \u202Eshop\u0007']]);
    const found = { ...unknownKey, line: 1, message: 'bad\u001B[31m\nname\r\u009B' };
    const output = formatDiagnostics([found], hostile, { format: 'text', cwd: '/', color: false });
    // eslint-disable-next-line eslint/no-control-regex -- control characters are what is looked for
    expect(output.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
    expect(output).toContain('bad␛[31m name');
  });
});

describe('frames', () => {
  test('keep carets under what is meant after tabs and wide letters', () => {
    expect(frameOf(['\tname: x'], at(2, 6))).toEqual({ source: '    name: x', underline: '    ^^^^' });
    expect(frameOf(['名前: 東京 x'], at(8, 9))).toEqual({ source: '名前: 東京 x', underline: '           ^' });
    expect(frameOf(['a: 東京'], at(4, 6))).toEqual({ source: 'a: 東京', underline: '   ^^^^' });
    expect(frameOf(['e\u0301a: 1'], at(3, 4))).toEqual({ source: 'e\u0301a: 1', underline: ' ^' });
  });

  test('point at the end of a line, past it, and at nothing', () => {
    expect(frameOf(['name:'], at(6))).toEqual({ source: 'name:', underline: '     ^' });
    expect(frameOf(['name:'], at(99))).toEqual({ source: 'name:', underline: '     ^' });
    expect(frameOf([], at(1))).toBeUndefined();
    expect(frameOf([''], at(1))).toEqual({ source: '', underline: '^' });
  });

  test('underline a range over several lines to the end of its first', () => {
    const position = { file, line: 1, column: 3, endLine: 2, endColumn: 1 };
    expect(frameOf(['a: bcd  ', 'e'], position)?.underline).toBe('  ^^^^');
  });

  test('cut a long line around what is meant', () => {
    const line = `${'x'.repeat(500)} here ${'y'.repeat(500)}`;
    const frame = frameOf([line], at(502, 506));
    expect(frame?.source).toMatch(/^…x{29} here y+…$/);
    expect(frame?.source.slice(frame.underline.indexOf('^')).startsWith('here')).toBe(true);
    expect(widthOf(frame?.source ?? '')).toBeLessThanOrEqual(101);
  });
});

describe('json', () => {
  test('has the shape that others rely on', () => {
    expect(JSON.parse(shown([unknownKey, duplicate], 'json'))).toEqual({
      valid: false,
      diagnostics: [
        {
          file: 'muster.yaml',
          line: 3,
          column: 1,
          endLine: 3,
          endColumn: 7,
          severity: 'error',
          code: 'unknown-key',
          message: 'there is no section `sytems`',
          hint: 'Did you mean `systems`?',
          related: [],
        },
        {
          file: 'muster.yaml',
          line: 6,
          column: 3,
          severity: 'warning',
          code: 'duplicate-name',
          message: 'orders is defined twice',
          hint: null,
          related: [
            { file: 'muster.yaml', line: 4, column: 3, endLine: 4, endColumn: 9, message: 'first defined here' },
          ],
        },
      ],
    });
  });

  test('is valid with warnings alone', () => {
    expect(JSON.parse(shown([duplicate], 'json'))).toMatchObject({ valid: true });
    expect(JSON.parse(shown([], 'json'))).toEqual({ valid: true, diagnostics: [] });
  });
});

describe('github', () => {
  test('writes one command a diagnostic, with everything escaped', () => {
    const odd: Diagnostic = { ...duplicate, file: '/data/shop/a,b:c.yaml', message: '100% of\nit: a,b' };
    expect(shown([unknownKey, odd], 'github')).toBe(
      '::error file=muster.yaml,line=3,endLine=3,col=1,endColumn=7,title=unknown-key::there is no section `sytems`%0ADid you mean `systems`?\n' +
        '::warning file=a%2Cb%3Ac.yaml,line=6,col=3,title=duplicate-name::100%25 of%0Ait: a,b\n',
    );
  });
});

describe('sarif', () => {
  test('is a log of version 2.1.0 whose results point at rules and places', () => {
    const odd: Diagnostic = { ...duplicate, file: '/data/shop/a b#.yaml' };
    const outside: Diagnostic = { ...duplicate, file: '/etc/x.yaml', related: [] };
    const log: unknown = JSON.parse(shown([unknownKey, odd, outside], 'sarif'));
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'muster', rules: [{ id: 'duplicate-name' }, { id: 'unknown-key' }] } },
          originalUriBaseIds: { ROOT: { uri: 'file:///data/shop/' } },
          columnKind: 'utf16CodeUnits',
          results: [
            {
              ruleId: 'unknown-key',
              ruleIndex: 1,
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'muster.yaml', uriBaseId: 'ROOT' },
                    region: { startLine: 3, startColumn: 1, endLine: 3, endColumn: 7 },
                  },
                },
              ],
            },
            {
              ruleIndex: 0,
              level: 'warning',
              locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b%23.yaml' } } }],
              relatedLocations: [{ id: 0, message: { text: 'first defined here' } }],
            },
            { locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///etc/x.yaml' } } }] },
          ],
        },
      ],
    });
  });
});

test('a summary counts', () => {
  expect(summarizeDiagnostics([unknownKey, unknownKey, duplicate])).toBe('2 errors, 1 warning');
  expect(summarizeDiagnostics([])).toBe('');
});
