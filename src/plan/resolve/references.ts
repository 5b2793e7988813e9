import { quote } from '../quote.ts';
import type { SectionName } from '../read/merge.ts';
import { itemsOf, type Node } from '../read/node.ts';
import type { Scope } from './scope.ts';
import { authoredText, textOf } from './values.ts';

/** What one definition of a section is called in messages. */
const nouns: Readonly<Record<SectionName, string>> = {
  keys: 'key',
  storage: 'storage target',
  retention: 'retention policy',
  tiers: 'tier',
  systems: 'system',
  probes: 'probe',
  actions: 'action',
  runbooks: 'runbook',
  channels: 'channel',
  contacts: 'contact',
  audiences: 'audience',
  messages: 'message',
};

/** The name of a definition of that section; a problem when there is none of that name. */
export function referenceOf(node: Node | undefined, section: SectionName, scope: Scope): string | undefined {
  const name = textOf(node);
  if (name === undefined || node === undefined) return undefined;
  if (scope.sections[section].has(name)) scope.used[section].add(name);
  else reportDangling(node, section, scope);
  return name;
}

/** A list of names, each once. */
export function referencesOf(node: Node | undefined, section: SectionName, scope: Scope): readonly string[] {
  const names = new Set<string>();
  for (const item of itemsOf(node)) {
    const name = referenceOf(item, section, scope);
    if (name === undefined) continue;
    if (names.has(name)) reportRepeated(item, name, scope);
    names.add(name);
  }
  return [...names];
}

export function reportRepeated(item: Node, name: string, { problems }: Scope): void {
  problems.warning({
    code: 'repeated-name',
    at: item,
    message: `${quote(name)} is listed twice`,
    hint: 'Remove one of them.',
  });
}

function reportDangling(node: Node, section: SectionName, scope: Scope): void {
  if (!scope.complete) return;
  const { problems } = scope;
  const meant = problems.suggest(textOf(node) ?? '', scope.sections[section]);
  problems.error({
    code: 'dangling-reference',
    at: node,
    message: `there is no ${nouns[section]} ${quote(authoredText(node))}`,
    hint: meant === undefined ? `Define it under ${quote(section)}.` : `Did you mean ${quote(meant)}?`,
  });
}
