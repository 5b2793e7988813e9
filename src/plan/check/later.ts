import type { ExpressionPlace, KnownNames } from '../expression.ts';
import type { Problems } from '../problems.ts';
import { spanFinder } from '../read/inside.ts';
import type { ScalarNode, Span } from '../read/node.ts';
import type { TemplatePlace } from '../template.ts';
import { checkCrons } from './cron.ts';

/** Checks that need a library. They are gathered first, so that a plan without such texts never loads it. */
export interface LaterChecks {
  readonly expressions: { readonly node: ScalarNode; readonly place: ExpressionPlace; readonly known: KnownNames }[];
  /** The place is asked for at the end: what a message can say is known only once all steps have been read. */
  readonly templates: { readonly node: ScalarNode; readonly place: () => TemplatePlace }[];
  readonly crons: ScalarNode[];
}

export function laterChecks(): LaterChecks {
  return { expressions: [], templates: [], crons: [] };
}

export async function runLaterChecks(later: LaterChecks, problems: Problems): Promise<void> {
  if (later.expressions.length > 0) await checkExpressions(later.expressions, problems);
  if (later.templates.length > 0) await checkTemplates(later.templates, problems);
  if (later.crons.length > 0) await checkCrons(later.crons, problems);
}

async function checkExpressions(checks: LaterChecks['expressions'], problems: Problems): Promise<void> {
  const { checkExpression } = await import('../expression.ts');
  for (const { node, place, known } of checks)
    for (const fault of checkExpression(String(node.value), place, known)) report(node, fault, problems);
}

async function checkTemplates(checks: LaterChecks['templates'], problems: Problems): Promise<void> {
  const { checkTemplate } = await import('../template.ts');
  for (const { node, place } of checks)
    for (const fault of checkTemplate(String(node.value), place())) report(node, fault, problems);
}

interface TextFault {
  readonly code: 'bad-expression' | 'bad-template';
  readonly message: string;
  readonly offset?: number;
  readonly hint?: string;
}

function report(node: ScalarNode, fault: TextFault, problems: Problems): void {
  const { code, message, offset, hint } = fault;
  problems.error({ code, at: placeOf(node, offset), message, hint: hint ?? 'Mend the text, or remove it.' });
}

/** Offsets are those of the text with its variables replaced; where there were any, they fit nothing in the file. */
function placeOf(node: ScalarNode, offset: number | undefined): Span {
  if (offset === undefined || node.authored !== undefined) return node;
  const length = String(node.value).length;
  return spanFinder(node)(Math.min(offset, length), length);
}
