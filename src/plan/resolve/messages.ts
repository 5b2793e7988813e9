import type { Audience, Channel, Contact, Message, Route } from '../model/message.ts';
import { quote } from '../quote.ts';
import { child, entriesOf, itemsOf, type Entry, type Node } from '../read/node.ts';
import { positionOf } from '../read/source-file.ts';
import type { TemplatePlace } from '../template.ts';
import { namedOf } from './common.ts';
import { referenceOf, referencesOf } from './references.ts';
import type { Scope } from './scope.ts';
import { secretOf, urlOf } from './secret.ts';
import { expressionOf, templateOf } from './texts.ts';
import { authoredText, pathOf, positiveDurationOf, textOf, wordOf } from './values.ts';

const defaultTimeout = 10_000;

export function channelOf(entry: Entry, scope: Scope): Channel {
  const { value } = entry;
  const named = namedOf(entry);
  const label = `channels.${entry.name}.url`;
  const type = textOf(child(value, 'type'));
  if (type === 'email')
    return {
      ...named,
      type,
      url: urlOf(child(value, 'url'), ['smtp:', 'smtps:'], { scope, label }) ?? '',
      from: addressOf(child(value, 'from'), scope),
      to: itemsOf(child(value, 'to')).map((item) => addressOf(item, scope)),
    };
  if (type === 'webhook')
    return {
      ...named,
      type,
      url: urlOf(child(value, 'url'), ['https:', 'http:'], { scope, label }) ?? '',
      secret: secretOf(child(value, 'secret'), scope),
      timeout: positiveDurationOf(child(value, 'timeout'), scope) ?? defaultTimeout,
    };
  return { ...named, type: 'file', path: pathOf(child(value, 'path'), scope) ?? '' };
}

/** `name@host`, or `Name <name@host>`; whether it exists, only mail can tell. */
function addressOf(node: Node | undefined, { problems }: Scope): string {
  const text = textOf(node) ?? '';
  const sound = text.length < 320 && /^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text);
  if (node === undefined || textOf(node) === undefined || sound) return text;
  const message = `${quote(authoredText(node))} is not an e-mail address`;
  problems.error({ code: 'bad-address', at: node, message, hint: 'Write `name@host`, or `Name <name@host>`.' });
  return text;
}

export function contactOf(entry: Entry, scope: Scope): Contact {
  return { ...namedOf(entry), primary: addressOf(child(entry.value, 'primary'), scope) };
}

export function audienceOf(entry: Entry, scope: Scope): Audience {
  return {
    ...namedOf(entry),
    channels: referencesOf(child(entry.value, 'channels'), 'channels', scope),
    contacts: referencesOf(child(entry.value, 'contacts'), 'contacts', scope),
  };
}

export function messageOf(entry: Entry, scope: Scope): Message {
  const { value, name } = entry;
  const place = (): TemplatePlace => ({ kind: 'message', params: [...(scope.messageParams.get(name) ?? [])] });
  return {
    ...namedOf(entry),
    severity: wordOf(child(value, 'severity'), ['info', 'warning', 'high', 'critical']) ?? 'info',
    subject: templateOf(child(value, 'subject'), scope, place) ?? '',
    text: textsOf(child(value, 'text'), scope, place),
  };
}

/** One text is that of everybody. A text of an inherited message may be for an audience that this plan does not have. */
function textsOf(node: Node | undefined, scope: Scope, place: () => TemplatePlace): ReadonlyMap<string, string> {
  const text = templateOf(node, scope, place);
  if (text !== undefined) return new Map([['default', text]]);
  const texts = new Map<string, string>();
  for (const entry of entriesOf(node)) {
    texts.set(entry.name, templateOf(entry.value, scope, place) ?? '');
    if (entry.name !== 'default' && !entry.file.inherited) checkAudience(entry, scope);
  }
  return texts;
}

function checkAudience(entry: Entry, scope: Scope): void {
  const { name, file, start, end } = entry;
  referenceOf({ kind: 'scalar', value: name, authored: undefined, known: true, file, start, end }, 'audiences', scope);
}

export function routesOf(nodes: readonly Node[], scope: Scope): readonly Route[] {
  return nodes.map((node) => ({
    at: positionOf(node),
    on: expressionOf(child(node, 'on'), scope, { place: 'route' }) ?? '',
    message: referenceOf(child(node, 'message'), 'messages', scope) ?? '',
    audiences: referencesOf(child(node, 'audiences'), 'audiences', scope),
    repeat: positiveDurationOf(child(node, 'repeat'), scope),
  }));
}
