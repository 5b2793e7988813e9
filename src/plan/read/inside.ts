import type { ScalarNode, Span } from './node.ts';

/**
 * Where in the file a stretch of a text stands, given in UTF-16 units of the text as it was authored. Texts that are
 * folded over several lines give the whole scalar.
 */
export function spanInside(node: ScalarNode, from: number, to: number): Span {
  const { file, start, end } = node;
  const place = placeFinder(node);
  const first = place(from);
  const last = place(to);
  if (first === undefined) return { file, start, end };
  return { file, start: start + first, end: Math.min(end, start + (last ?? first + 1)) };
}

/** Gives the offset in the source, from the start of the scalar. */
type PlaceFinder = (offset: number) => number | undefined;

function placeFinder(node: ScalarNode): PlaceFinder {
  const source = node.file.text.slice(node.start, node.end);
  const text = node.authored ?? String(node.value);
  if (source === text) return (offset) => offset;
  if (source.startsWith("'")) return quotedPlaces(source, /^(?:''|[^\n])/u);
  if (source.startsWith('"'))
    return quotedPlaces(source, /^(?:\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\U[\da-fA-F]{8}|\\[^\n]|[^\n])/u);
  if (source.startsWith('|')) return literalPlaces(source, text);
  return () => undefined;
}

/** `unit` is the source of one character; a line break is none, because it is folded. */
function quotedPlaces(source: string, unit: RegExp): PlaceFinder {
  const places: number[] = [];
  let at = 1;
  while (at < source.length - 1) {
    const written = unit.exec(source.slice(at, at + 10))?.[0];
    if (written === undefined) return () => undefined;
    const length = written.startsWith('\\U') || (written.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
    for (let unitOf = 0; unitOf < length; unitOf += 1) places.push(at);
    at += written.length;
  }
  places.push(at);
  return (offset) => places[offset];
}

/** A literal block keeps its lines; each stands behind the same indentation. */
function literalPlaces(source: string, text: string): PlaceFinder {
  const lines = source.split('\n');
  const indent = /^ */.exec(lines.slice(1).find((line) => line.trim() !== '') ?? '')?.[0].length ?? 0;
  return (offset) => {
    const before = text.slice(0, offset).split('\n');
    const start = lines.slice(0, before.length).reduce((sum, line) => sum + line.length + 1, 0);
    return start + indent + (before.at(-1) ?? '').length;
  };
}
