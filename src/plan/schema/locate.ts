import type { Entry, MapNode, Node, Span } from '../read/node.ts';

/** The thing that a JSON pointer leads to. */
export interface Located {
  readonly node: Node;
  /** Where to complain about the thing as a whole: its key, else its first line. */
  readonly head: Span;
  /** Its last key; empty for the file. */
  readonly key: string;
  /** For messages: `systems.orders.needs[0]`; empty for the file. */
  readonly label: string;
}

export function locate(root: MapNode, pointer: string): Located {
  const start = { file: root.file, start: root.start, end: root.start };
  let found: Located = { node: root, head: start, key: '', label: '' };
  for (const segment of pointer.split('/').slice(1)) found = step(found, unescape(segment));
  return found;
}

function step(from: Located, segment: string): Located {
  if (from.node.kind === 'map') {
    const entry = from.node.entries.get(segment);
    const label = from.label === '' ? segment : `${from.label}.${segment}`;
    return entry ? { node: entry.value, head: entry, key: segment, label } : from;
  }
  const item = from.node.kind === 'list' ? from.node.items[Number(segment)] : undefined;
  return item ? { node: item, head: headOf(item), key: from.key, label: `${from.label}[${segment}]` } : from;
}

/** A map in a list has no key of its own: its first one stands for it. */
function headOf(node: Node): Span {
  if (node.kind !== 'map') return node;
  const first: Entry | undefined = node.entries.values().next().value;
  return first ?? node;
}

function unescape(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
