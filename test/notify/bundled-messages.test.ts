import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderFor } from '../../src/notify/render.ts';
import type { Message } from '../../src/plan/model/message.ts';
import { checkTemplate } from '../../src/plan/template.ts';
import { sampleMessageContext } from '../../src/plan/template-sample.ts';

const folder = join(import.meta.dirname, '../../plans/messages');
const audiences = ['team', 'management', 'customers', 'default'];
const expected = [
  'backup-failed',
  'backup-partial',
  'incident-detected',
  'recovery-failed',
  'recovery-started',
  'service-restored',
];

interface Authored {
  readonly messages: Readonly<
    Record<
      string,
      {
        readonly severity: Message['severity'];
        readonly subject: string;
        readonly text: Readonly<Record<string, string>>;
      }
    >
  >;
}

const messages: readonly Message[] = readdirSync(folder).flatMap((name) => {
  const file = join(folder, name);
  // The files are the subject of the test; a wrong shape fails below.
  const { messages } = parse(readFileSync(file, 'utf8')) as Authored;
  const at = { file, line: 1, column: 1 };
  return Object.entries(messages).map(([name, { severity, subject, text }]) => ({
    name,
    at,
    severity,
    subject,
    text: new Map(Object.entries(text)),
  }));
});

test('the messages of the usual life cycles are there, each with a text for everyone', () => {
  expect(messages.map(({ name }) => name).toSorted()).toEqual(expected);
  for (const { text } of messages) expect([...text.keys()]).toEqual(audiences);
});

describe.for(messages.map((message) => [message.name, message] as const))('%s', ([, message]) => {
  const templates = [message.subject, ...message.text.values()];

  test('speaks of variables that exist', () => {
    for (const template of templates) expect(checkTemplate(template, { kind: 'message', params: [] })).toEqual([]);
  });

  test.for(audiences)('reads well for %s', (audience) => {
    const { subject, text } = renderFor(message, sampleMessageContext(audience));
    expect(`${subject}\n\n${text}`).toMatchSnapshot('subject and text');
    expectTidy(subject, text);
  });

  test.for(audiences)('reads well for %s when nothing is known', (audience) => {
    const { subject, text } = renderFor(message, { plan: { name: 'shop', timezone: 'UTC' }, audience });
    expect(`${subject}\n\n${text}`).toMatchSnapshot('subject and text');
    expectTidy(subject, text);
  });

  test('tells customers nothing from inside', () => {
    const { subject, text } = renderFor(message, sampleMessageContext('customers'));
    const { run, incident, event, systems = [] } = sampleMessageContext('customers');
    const inside = [run?.id, run?.by, incident?.type, incident?.details, event?.error?.message, ...systems];
    for (const word of inside) expect(`${subject} ${text}`).not.toContain(word);
  });
});

function expectTidy(subject: string, text: string): void {
  expect(subject).not.toMatch(/ {2}|undefined|\[object/);
  expect(text).not.toMatch(/ {2}| $| \.|\(\)|: $|undefined|\[object|\{\{|\n{3}/m);
  expect(text.trim()).not.toBe('');
}
