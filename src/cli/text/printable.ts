/*
 * What is printed may come from anywhere: names of files are any bytes, and programs and servers answer what they like.
 * Nothing of it may steer the terminal, or turn the direction of its writing.
 */

/** Control characters, those that turn the direction of writing, and the line ends that only some programs know. */
const steering = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Colours that muster itself uses: red, green, bold …; neither hidden text nor backgrounds. */
const ownColours = String.raw`${String.fromCodePoint(27)}\[(?:[0-2]|22|3\d)m`;

const unsafe = new RegExp(String.raw`(${ownColours})|(?![\n\t])${steering.source}`, 'gu');

/** A name as one piece of a line: every such character is shown as its number, as JSON does. */
export function printable(text: string): string {
  return text.replaceAll(steering, numbered);
}

/** A message as one line. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/g, ' '));
}

/** A whole text: line ends, tabs and the colours of muster stay. A text that is JSON stays the same JSON. */
export function harmless(text: string): string {
  return text.replaceAll(unsafe, (found: string, colour: string | undefined) => colour ?? numbered(found));
}

function numbered(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
