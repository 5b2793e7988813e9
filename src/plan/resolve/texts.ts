import type { ExpressionPlace, KnownNames } from '../expression.ts';
import type { Template, Expression } from '../model/runbook.ts';
import { isBundled } from '../read/library.ts';
import type { Node } from '../read/node.ts';
import type { TemplatePlace } from '../template.ts';
import type { Scope } from './scope.ts';
import { textOf } from './values.ts';

/** Where the texts of a definition stand. `none`: they are no templates, braces mean themselves. */
export type Texts = (() => TemplatePlace) | 'none';

/** A text that may be a template; checked at the end. */
export function templateOf(node: Node | undefined, scope: Scope, texts: Texts): Template | undefined {
  const text = textOf(node);
  if (text?.includes('{{') && node?.kind === 'scalar' && texts !== 'none' && !isBundled(node.file.path))
    scope.later.templates.push({ node, place: texts });
  return text;
}

/** A CEL expression; checked at the end. */
export function expressionOf(
  node: Node | undefined,
  scope: Scope,
  options: { readonly place: ExpressionPlace; readonly known?: KnownNames },
): Expression | undefined {
  const text = textOf(node);
  if (text !== undefined && node?.kind === 'scalar')
    scope.later.expressions.push({ node, place: options.place, known: options.known ?? {} });
  return text;
}
