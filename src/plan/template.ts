import { MusterError } from '../base/error.ts';
import { sampleMessageContext } from './template-sample.ts';
import { checkSyntaxAndNames, type TemplateProblem } from './template/check.ts';
import { render, type Rendering } from './template/engine.ts';
import { completeMessageValues, type MessageValues } from './template/message.ts';
import type { TemplatePlace } from './template/place.ts';

export type { TemplateProblem } from './template/check.ts';
export type { MessageValues } from './template/message.ts';
export { templateVariables, type TemplatePlace } from './template/place.ts';

/** True when the text is more than itself. A text without `{{` never loads the template library. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{');
}

/**
 * Parses the template and reports every variable, helper or construct that cannot work in that place. The template of
 * a message is rendered with sample values as well, so that a fault shows now.
 */
export function checkTemplate(text: string, place: TemplatePlace): TemplateProblem[] {
  if (!hasTemplate(text)) return [];
  const problems = checkSyntaxAndNames(text, place);
  if (problems.length > 0 || place.kind !== 'message') return problems;
  return checkRendering(text, place);
}

/** Throws `template-failed` when a variable is not set or a helper is given what it cannot use. */
export function renderTemplate(text: string, values: Readonly<Record<string, unknown>>): string {
  return hasTemplate(text) ? rendered(text, render(text, values)) : text;
}

/** As `renderTemplate`, for subjects and texts of messages: what is not given is empty, so that the message goes out. */
export function renderMessage(text: string, values: MessageValues): string {
  return hasTemplate(text) ? rendered(text, renderComplete(text, values)) : text;
}

function checkRendering(text: string, place: TemplatePlace): TemplateProblem[] {
  const rendering = renderComplete(text, sampleMessageContext(undefined, place.params));
  if (rendering.kind === 'rendered') return [];
  const { message, hint } = rendering;
  return [{ code: 'bad-template', message, ...(hint === undefined ? {} : { hint }) }];
}

function renderComplete(text: string, values: MessageValues): Rendering {
  return render(text, completeMessageValues(values, setNamesIn(text)));
}

function rendered(template: string, rendering: Rendering): string {
  if (rendering.kind === 'rendered') return rendering.text;
  const shown = template.length > 80 ? `${template.slice(0, 80)}…` : template;
  throw new MusterError(`template "${shown.replaceAll(/\s+/g, ' ')}": ${rendering.message}`, {
    code: 'template-failed',
    ...(rendering.hint === undefined ? {} : { hint: rendering.hint }),
  });
}

/** Names that stand after `set.`; more than are used do no harm. */
function setNamesIn(text: string): string[] {
  return [...text.matchAll(/\bset\.([^\s{}()|~.=]+)/g)].map(([, name = '']) => name);
}
