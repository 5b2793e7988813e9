import { itemsOf, type Node } from '../read/node.ts';
import type { Scope } from './scope.ts';
import { textOf } from './values.ts';

/** A program and its arguments as they are, without templates. */
export function argumentsOf(node: Node | undefined, { problems }: Scope): readonly string[] | undefined {
  if (node === undefined) return undefined;
  const texts = itemsOf(node).map((item) => textOf(item) ?? '');
  const [program] = itemsOf(node);
  if (program && texts[0]?.trim() === '')
    problems.error({
      code: 'bad-command',
      at: program,
      message: 'the program has no name',
      hint: 'Write its name or path.',
    });
  return texts;
}
