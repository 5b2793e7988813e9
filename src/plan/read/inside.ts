import type { ScalarNode, Span } from './node.ts';

/** Tells where in the file a stretch of a text stands, given in UTF-16 units of the text as it was authored. */
export type SpanFinder = (from: number, to: number) => Span;

/** Texts that are folded over several lines give the whole scalar. Looks at the text once, however often it is asked. */
export function spanFinder(node: ScalarNode): SpanFinder {
  const { file, start, end } = node;
  const place = placeFinder(node);
  return (from, to) => {
    const first = place(from);
    if (first === undefined) return { file, start, end };
    return { file, start: start + first, end: Math.min(end, start + (place(to) ?? first + 1)) };
  };
}

/** Gives the offset in the source, from the start of the scalar. */
type PlaceFinder = (offset: number) => number | undefined;

function placeFinder(node: ScalarNode): PlaceFinder {
  const source = node.file.text.slice(node.start, node.end);
  const text = node.authored ?? String(node.value);
  if (source === text) return (offset) => offset;
  if (source.startsWith("'")) return quotedPlaces(source, /''|[^\n]/uy);
  if (source.startsWith('"'))
    return quotedPlaces(source, /\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\U[\da-fA-F]{8}|\\[^\n]|[^\n]/uy);
  if (source.startsWith('|')) return literalPlaces(source, text);
  return () => undefined;
}

/** `unit` is the source of one character; a line break is none, because it is folded. */
function quotedPlaces(source: string, unit: RegExp): PlaceFinder {
  const places: number[] = [];
  let at = 1;
  while (at < source.length - 1) {
    unit.lastIndex = at;
    const written = unit.exec(source)?.[0];
    if (written === undefined) return () => undefined;
    places.push(at);
    // Two units in a text of JavaScript.
    if (written.startsWith('\\U') || (written.codePointAt(0) ?? 0) > 0xffff) places.push(at);
    at += written.length;
  }
  places.push(at);
  return (offset) => places[offset];
}

/** A literal block keeps its lines; each stands behind the same indentation. */
function literalPlaces(source: string, text: string): PlaceFinder {
  const [header = '', ...lines] = source.split('\n');
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0].length ?? 0;
  const places: number[] = [];
  let at = header.length + 1;
  for (const [index, line] of text.split('\n').entries()) {
    for (let column = 0; column <= line.length; column += 1) places.push(at + indent + column);
    at += (lines[index] ?? '').length + 1;
  }
  return (offset) => places[offset];
}
