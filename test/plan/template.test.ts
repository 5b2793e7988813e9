import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTemplate, renderMessage, renderTemplate, templateVariables } from '../../src/plan/template.ts';
import { sampleMessageContext } from '../../src/plan/template-sample.ts';
import type { TemplateVariable } from '../../src/plan/template/place.ts';

const message = { kind: 'message', params: ['ticket'] } as const;
const step = { kind: 'step', params: ['cause', 'site'] } as const;
const nobody = { plan: { name: 'shop', timezone: 'Europe/Berlin' }, audience: 'team' };

describe('messages', () => {
  test.for([
    [
      'INCIDENT: {{incident.type}} affecting {{list systems}}',
      'INCIDENT: data-loss affecting configuration, orders, website',
    ],
    ['{{list systems " and "}}', 'configuration and orders and website'],
    ['{{duration recovery.elapsed}} of {{duration recovery.rto}}', '12m of 2h'],
    ['{{datetime run.startedAt}}', '2026-11-20 04:12:30 +01:00'],
    ['{{datetime run.startedAt "Asia/Kolkata"}}', '2026-11-20 08:42:30 +05:30'],
    ['{{size backup.bytesStored}}', '12.0 MiB'],
    ['{{upper run.status}} {{lower "ABC"}}', 'RUNNING abc'],
    ['{{default set.ticket "none"}}', 'the ticket'],
    ['{{#if (eq run.status "running")}}yes{{else}}no{{/if}}', 'yes'],
    [
      '{{#each systems}}{{@index}}: {{this}} of {{../plan.name}} {{@root.audience}}; {{/each}}',
      '0: configuration of shop operations; 1: orders of shop operations; 2: website of shop operations; ',
    ],
    ['{{#each systems as |name|}}{{name}},{{/each}}', 'configuration,orders,website,'],
    ['{{#with event.error}}{{code}}{{/with}}', 'storage-full'],
    ['{{quote "it\'s"}}', String.raw`'it'\''s'`],
    ['{{incident.details}} & <{{{system.name}}}>', 'the disk of the server is dead & <orders>'],
    [String.raw`\{{not.this}}`, '{{not.this}}'],
    ['no braces at all', 'no braces at all'],
  ])('%s', ([text = '', expected]) => {
    expect(checkTemplate(text, message)).toEqual([]);
    expect(renderMessage(text, sampleMessageContext(undefined, ['ticket']))).toBe(expected);
  });

  test('go out with gaps when nothing is known', () => {
    const text =
      '[{{incident.type}}|{{set.ticket}}|{{duration recovery.elapsed}}|{{datetime run.startedAt}}|{{size backup.files}}|{{list systems}}|{{event.error.message}}]';
    expect(renderMessage(text, nobody)).toBe('[||||||]');
  });

  test('the sample has a value for every variable', () => {
    const sample = { ...sampleMessageContext(undefined, ['ticket']) };
    const missing = paths(templateVariables(message)).filter((path) => valueAt(sample, path) === undefined);
    expect(missing).toEqual([]);
  });
});

describe('problems', () => {
  test.for<[string, number | undefined, string, string | undefined]>([
    ['{{incident.typ}}', 2, '`incident.typ` does not exist here', 'Did you mean `type`?'],
    ['a\nb {{nope}}', 6, '`nope` does not exist here', expect.stringMatching(/^There are: plan, audience, /) as string],
    ['{{systems}}', 2, '`systems` is a list', 'Write {{list systems}}.'],
    ['{{incident}}', 2, '`incident` is not a text', 'Write one of its parts: type, details, startedAt.'],
    ['{{durtion recovery.elapsed}}', 2, 'there is no helper `durtion`', 'Did you mean `duration`?'],
    ['{{lookup run "id"}}', 2, 'there is no helper `lookup`', expect.stringMatching(/^There are: list, /) as string],
    ['{{log run.id}}', 2, 'there is no helper `log`', expect.any(String) as string],
    ['{{list}}', 2, '`list` has the wrong number of arguments', 'Write {{list systems}}.'],
    ['{{list systems by="x"}}', 15, '`list` takes no named arguments', undefined],
    [
      '{{run.id run.name}}',
      2,
      '`run.id` is a variable and takes no arguments',
      'Write each variable in its own braces.',
    ],
    ['{{#systems}}x{{/systems}}', 3, 'there is no block `systems`', 'There are: if, unless, each, with.'],
    ['{{#esch systems}}{{/esch}}', 3, 'there is no block `esch`', 'Did you mean `each`?'],
    ['{{if run.id}}', 2, '`if` is a block', 'Write {{#if …}}…{{/if}}.'],
    ['{{#if}}{{/if}}', 3, '`if` needs one argument', undefined],
    [
      '{{#each systems}}{{incident.type}}{{/each}}',
      19,
      '`incident.type` does not exist',
      'Write `@root.incident.type` here.',
    ],
    ['{{@index}}', 2, '`@index` does not exist', 'Outside of each there is only @root.'],
    ['{{../run.id}}', 2, '`../run.id` leads out of the template', 'Use fewer `../`.'],
    ['{{"text"}}', 2, 'a value cannot stand in braces', 'Write it without the braces.'],
    ['{{> other}}', 0, 'partials and decorators cannot be used', 'Write the text out where it is needed.'],
    [
      '{{#*inline "x"}}{{/inline}}',
      0,
      'partials and decorators cannot be used',
      'Write the text out where it is needed.',
    ],
    ['{{* x}}', 0, 'partials and decorators cannot be used', 'Write the text out where it is needed.'],
    ['{{constructor}}', 2, '`constructor` does not exist here', expect.any(String) as string],
    ['{{run.__proto__}}', 2, '`run.__proto__` does not exist here', expect.any(String) as string],
    ['{{run', 2, 'a `{{` is not closed', expect.any(String) as string],
    ['hello\nworld {{#if run.id}}', 26, 'a block is not closed', 'Close each {{#if …}} with {{/if}}.'],
    ['{{#if run.id}}{{/each}}', 3, 'the block `if` is closed by `/each`', 'Write {{/if}}.'],
    ['some words that come before {{/if}}', 28, 'a block is closed that was not opened', undefined],
    ['{{else}}', 0, '`else` stands outside of a block', undefined],
    [
      '{{duration run.name}}',
      undefined,
      '`duration` needs a number, but got "rebuild"',
      'Write {{duration recovery.elapsed}}.',
    ],
    [
      '{{datetime run.startedAt "Mars/Base"}}',
      undefined,
      expect.stringContaining('Mars/Base') as string,
      'Use an IANA name: Europe/Berlin.',
    ],
    ['{{set.tickt}}', 2, '`set.tickt` does not exist here', 'Did you mean `ticket`?'],
  ])('%s', ([text, offset, message_, hint]) => {
    expect(checkTemplate(text, message)[0]).toEqual({
      code: 'bad-template',
      message: message_,
      ...(offset === undefined ? {} : { offset }),
      ...(hint === undefined ? {} : { hint }),
    });
  });

  test('are all reported', () => {
    expect(checkTemplate('{{a}} {{#if b}}{{c}}{{else}}{{d}}{{/if}} {{upper (lower e)}}', message)).toHaveLength(5);
  });

  test('are all that comes out, whatever is written', () => {
    const token = fc.constantFrom(
      '{{',
      '}}',
      '{{#if ',
      '{{/if}}',
      'run',
      '.',
      '../',
      'this',
      '"',
      '(',
      ')',
      '@root',
      ' ',
      '\n',
      '|',
      '=',
      '[',
      ']',
      '{{{',
      '\\',
      '~',
      'each',
      'as |x|',
      '^',
      '!',
      '--',
      '&',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(token).map((tokens) => tokens.join('')),
        ),
        (text) => {
          for (const { message, offset = 0 } of checkTemplate(text, { kind: 'step', params: [] })) {
            expect(message).not.toContain('\n');
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(offset).toBeLessThanOrEqual(text.length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('steps and actions', () => {
  test('have their params, the plan, the runbook and the incident', () => {
    expect(checkTemplate('{{params.cause}} {{plan.name}} {{runbook.title}} {{incident.type}}', step)).toEqual([]);
    expect(checkTemplate('{{params.caus}}', { ...step, kind: 'action' })[0]).toMatchObject({
      hint: 'Did you mean `cause`?',
    });
    expect(checkTemplate('{{run.id}}', step)[0]).toMatchObject({ message: '`run.id` does not exist here' });
  });

  test('put values in as they are', () => {
    const params = { name: `<a & "b" 'c'>{{x}}`, count: 3, flag: false };
    expect(renderTemplate('{{params.name}}|{{params.count}}|{{params.flag}}', { params })).toBe(
      `<a & "b" 'c'>{{x}}|3|false`,
    );
  });

  test('fail on what is not set, and reach nothing but values', () => {
    expect(() => renderTemplate('{{params.site}}', { params: {} })).toThrow(
      expect.objectContaining({
        code: 'template-failed',
        message: 'template "{{params.site}}": the variable `site` is not set',
      }),
    );
    expect(renderTemplate('[{{params.constructor}}{{params.__proto__}}]', { params: {} })).toBe('[]');
    expect(() => renderTemplate('{{#with params.constructor}}{{name}}{{/with}}{{run.id}}', { params: {} })).toThrow(
      /is not set/,
    );
  });

  test.for(["it's", '$(id) `id` "x" \\', "a\n'b'\n", '; rm -rf /', ''])('quote %j as one word of the shell', (word) => {
    const shell = renderTemplate('printf %s {{quote params.word}}', { params: { word } });
    expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' })).toBe(word);
  });
});

function paths(variables: Readonly<Record<string, TemplateVariable>>, prefix = ''): string[] {
  return Object.entries(variables).flatMap(([name, variable]) =>
    variable.kind === 'object' ? paths(variable.fields, `${prefix}${name}.`) : [prefix + name],
  );
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => new Map(Object.entries(at ?? {})).get(name), value);
}
