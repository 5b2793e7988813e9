/** Columns that a text takes on a terminal: letters of East Asia and pictures take two, marks on letters none. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenterHere().segment(text)) width += segmentWidth(segment);
  return width;
}

/** The text, with an ellipsis in place of its end when it is wider than so many columns. */
export function clippedTo(columns: number, text: string): string {
  if (widthOf(text) <= columns) return text;
  let [clipped, width] = ['', 0];
  for (const { segment } of segmenterHere().segment(text)) {
    width += segmentWidth(segment);
    if (width > columns - 1) break;
    clipped += segment;
  }
  return `${clipped}…`;
}

let segmenter: Intl.Segmenter | undefined;

/** Made at the first use: it takes ten milliseconds, and most of what starts shows no text that needs it. */
function segmenterHere(): Intl.Segmenter {
  return (segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' }));
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
