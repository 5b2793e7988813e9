import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expressionVariables, type Variables } from '../../src/plan/expression/place.ts';
import { templateVariables } from '../../src/plan/template.ts';
import { templateBlocks, templateHelpers } from '../../src/plan/template/helpers.ts';
import type { TemplateVariables } from '../../src/plan/template/place.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/expressions-and-templates.md'), 'utf8');
const [expressions = '', templates = ''] = page.split('\n## Templates\n');

describe('docs/expressions-and-templates.md', () => {
  test.for(Object.entries(expressionVariables))('has the variables of expressions in %s', ([, variables]) => {
    expect(rows(variables).filter((row) => !expressions.includes(row))).toEqual([]);
  });

  test.for(['step', 'action', 'message'] as const)('has the variables of templates in a %s', (kind) => {
    const variables = templateVariables({ kind, params: ['NAME'] });
    expect(names(variables).filter((name) => !templates.includes(`| \`${name}\` |`))).toEqual([]);
  });

  test('has no variable in a table that does not exist', () => {
    const expected = new Set([
      ...Object.values(expressionVariables).flatMap((variables) => rows(variables).map((row) => row.split('`')[1])),
      ...(['step', 'message'] as const).flatMap((kind) => names(templateVariables({ kind, params: ['NAME'] }))),
    ]);
    const written = [...page.matchAll(/^\| `([\w.]+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, name]) => name);
    expect(written.length).toBeGreaterThan(80);
    expect(written.filter((name) => !expected.has(name))).toEqual([]);
  });

  test('has every helper and block', () => {
    for (const { usage, description } of Object.values(templateHelpers))
      expect(templates).toContain(`| \`${usage}\` | ${description} |`);
    for (const block of templateBlocks) expect(templates).toContain(`{{#${block} `);
  });
});

/** `| name | type | description |` of each variable that is no object itself. */
function rows(variables: Variables, prefix = ''): string[] {
  return Object.entries(variables).flatMap(([name, variable]) => {
    const path = prefix + name;
    if (variable.kind === 'object') return rows(variable.fields, `${path}.`);
    const own = `| \`${path}\` | ${variable.kind} | ${variable.description} |`;
    return variable.kind === 'map' && variable.of.kind === 'object'
      ? [own, ...rows(variable.of.fields, `${path}.ID.`)]
      : [own];
  });
}

function names(variables: TemplateVariables, prefix = ''): string[] {
  return Object.entries(variables).flatMap(([name, variable]) =>
    variable.kind === 'object' ? names(variable.fields, `${prefix}${name}.`) : [prefix + name],
  );
}
