import { MusterError } from '../base/error.ts';
import { sampleMessageContext } from './template-sample.ts';
import { checkSyntaxAndNames, type TemplateProblem } from './template/check.ts';
import { render } from './template/engine.ts';
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
  return hasTemplate(text) ? render(text, values) : text;
}

/** As `renderTemplate`, for subjects and texts of messages: what is not given is empty, so that the message goes out. */
export function renderMessage(text: string, values: MessageValues): string {
  if (!hasTemplate(text)) return text;
  return render(text, completeMessageValues(values, setNamesIn(text)));
}

function checkRendering(text: string, place: TemplatePlace): TemplateProblem[] {
  try {
    renderMessage(text, sampleMessageContext(undefined, place.params));
    return [];
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return [
      { code: 'bad-template', message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) },
    ];
  }
}

/** Names that stand after `set.`; more than are used do no harm. */
function setNamesIn(text: string): string[] {
  return [...text.matchAll(/\bset\.([^\s{}()|~.=]+)/g)].map(([, name = '']) => name);
}
