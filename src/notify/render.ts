import { MusterError } from '../base/error.ts';
import type { Message } from '../plan/model/message.ts';
import type { Template } from '../plan/model/runbook.ts';
import { renderMessage, type MessageValues } from '../plan/template.ts';
import { oneLine, plainText } from './text.ts';

/**
 * Subject and text of a message for the audience that `values` names. Throws `template-failed`, and `message-without-text`
 * when the message has neither a text for that audience nor a `default`. `redact` replaces secrets.
 */
export function renderFor(
  message: Message,
  values: MessageValues,
  redact: (text: string) => string = (text) => text,
): { readonly subject: string; readonly text: string } {
  // Redacted before it is tidied up: a secret of several lines would not be recognised afterwards.
  const subject = redact(renderMessage(message.subject, values));
  const text = redact(renderMessage(textFor(message, values.audience), values));
  return { subject: oneLine(subject), text: plainText(text) };
}

function textFor(message: Message, audience: string): Template {
  const text = message.text.get(audience) ?? message.text.get('default');
  if (text !== undefined) return text;
  throw new MusterError(`message ${message.name} has no text for audience ${audience}`, {
    code: 'message-without-text',
    hint: `Add \`${audience}\` or \`default\` to the texts of ${message.name}.`,
  });
}
