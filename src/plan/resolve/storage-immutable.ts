import type { Immutability } from '../model/storage.ts';
import { child, type Node } from '../read/node.ts';
import type { Scope } from './scope.ts';
import { authoredText, durationOf, wordOf } from './values.ts';
import { quote } from '../quote.ts';

const dayMs = 86_400_000;

/** Stores may round to days, and what ends before anybody looks protects nothing. A lock can't be taken back, either. */
const [shortest, longest] = [dayMs, 100 * 366 * dayMs];

export function immutabilityOf(node: Node | undefined, scope: Scope): Immutability | undefined {
  if (node?.kind !== 'map') return undefined;
  const [mode, length] = [child(node, 'mode'), child(node, 'for')];
  const lasting = durationOf(length, scope);
  if (length && lasting !== undefined && (lasting < shortest || lasting > longest)) reportLength(length, scope);
  return { mode: wordOf(mode, ['governance', 'compliance']) ?? 'governance', for: lasting ?? shortest };
}

function reportLength(node: Node, { problems }: Scope): void {
  const message = `objects can't be locked for ${quote(authoredText(node))}`;
  problems.error({ code: 'bad-duration', at: node, message, hint: 'Write 1 day to 100 years: `30d`.' });
}
