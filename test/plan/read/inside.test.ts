import { describe, expect, test } from 'vitest';
import { loadFiles } from '../temporary-plan.ts';

/** Where a missing variable is found when the text is written like this. */
async function placeIn(written: string): Promise<string> {
  const text = `muster: 1\nname: x\nprobes:\n  p:\n    command:\n      shell: ${written}\nsystems: { a: { probes: [p] } }\n`;
  const { diagnostics, sources } = await loadFiles({ 'm.yaml': text });
  const { line = 0, column = 0, endLine = 0, endColumn = 0 } = { ...diagnostics[0] };
  expect(diagnostics.map(({ code }) => code)).toEqual(['missing-variable']);
  const lines = ([...sources.values()][0] ?? '').split('\n');
  if (line !== endLine) return `${line}:${column}-${endLine}:${endColumn}`;
  return (lines[line - 1] ?? '').slice(column - 1, endColumn - 1);
}

describe('a place inside a text', () => {
  test.for([
    ['plain', 'echo ${X} b'],
    ['single quotes', "'it''s ${X} here'"],
    ['double quotes', String.raw`"a \" \x41 \u00e4 \U0001F680 🚀 \\ ${'${X}'} b"`],
    ['a literal block', '|\n        echo 🚀\n\n          more ${X}\n        end'],
    ['a literal block that is stripped', '|-\n        ${X}'],
  ] as const)('in %s is exact', async ([, written]) => {
    expect(await placeIn(written)).toBe('${X}');
  });

  test.for([
    ['folded', '>\n        echo\n        ${X}\n', '6:14-9:1'],
    ['quoted over several lines', '"echo\n        ${X}"', '6:14-7:14'],
  ] as const)('in a text that is %s is the whole of it', async ([, written, place]) => {
    expect(await placeIn(written)).toBe(place);
  });
});
