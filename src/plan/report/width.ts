/** Columns that a text takes on a terminal: letters of East Asia and pictures take two, marks on letters none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += segmentWidth(segment);
  return width;
}

/**
 * The text with nothing in it that moves or steers a terminal: control characters and those that turn the direction
 * of writing become visible. A tab is kept for the caller.
 */
export function harmless(text: string): string {
  return text.replaceAll(/[^\P{C}\t]|[\u2028\u2029]/gu, (character) =>
    isHarmlessFormat(character) ? character : visible(character),
  );
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Joiners inside pictures and words of some scripts. */
function isHarmlessFormat(character: string): boolean {
  return character === '\u200D' || character === '\u200C';
}

/** The pictures of control characters that Unicode has; U+FFFD for the others. */
function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\uFFFD';
}

function segmentWidth(segment: string): number {
  const code = segment.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^\p{M}|^\u200B/u.test(segment)) return 0;
  return isWide(code) || /\p{Emoji_Presentation}|\uFE0F/u.test(segment) ? 2 : 1;
}

/** East_Asian_Width W and F, as ranges. https://www.unicode.org/reports/tr11/ */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return wideRanges.some(([first, last]) => code >= first && code <= last);
}
