import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { diagnosticCodes } from '../diagnostic-codes.ts';
import { readSchemas, type Schema } from './generate-input.ts';
import { tablesOf, typeName } from './generate-tables.ts';

/*
 * Run by `npm run generate`: writes the reference into docs/plan-language.md, below its hand-written part, and
 * docs/diagnostics.md.
 */

const docs = join(import.meta.dirname, '../../../docs');
const mark = '<!-- Generated from schemas/ by `npm run generate`: change the descriptions there. -->';

/** Path and text of each page that is generated. */
export async function generatePages(): Promise<readonly (readonly [path: string, text: string])[]> {
  const path = join(docs, 'plan-language.md');
  const page = await readFile(path, 'utf8');
  const written = page.slice(0, page.indexOf(mark));
  return [
    [path, `${written}${mark}\n\n${referenceText(await readSchemas())}`],
    [join(docs, 'diagnostics.md'), diagnosticsText()],
  ];
}

/** Parts of sections that have a chapter of their own. */
const parts = ['schedules.schema.json', 'steps.schema.json'];
/** Shared values that are worth a table. */
const shared = [
  'secret',
  'commandSettings',
  'retry',
  'transferLimit',
  'lifecycleStep',
  'rebalance',
  'storagePrice',
  'objectives',
  'param',
];

function referenceText(schemas: ReadonlyMap<string, Schema>): string {
  const plan = schemas.get('plan.schema.json') ?? {};
  const common = schemas.get('common.schema.json') ?? {};
  const sections = Object.entries(plan.properties ?? {});
  const single = sections.filter(([, { $ref }]) => $ref === undefined || $ref.startsWith('common.'));
  const chapters = sections.filter(([, { $ref }]) => $ref !== undefined && !$ref.startsWith('common.'));
  return [
    '## Reference: the keys of the plan\n',
    row(['key', 'value', 'meaning', 'example']),
    row(['---', '---', '---', '---']),
    ...single.map(([name, schema]) => row([code(name), typeName(schema), schema.description ?? '', exampleOf(schema)])),
    ...chapters.map(([name, schema]) => chapterOf(name, schema, schemas)),
    ...parts.map((file) => partOf(file, schemas)),
    '\n## Reference: shared values',
    ...shared.map((name) => sharedOf(name, common, schemas)),
    '',
  ].join('\n');
}

function chapterOf(
  name: string,
  { description, examples, $ref = '' }: Schema,
  schemas: ReadonlyMap<string, Schema>,
): string {
  const example = fenced(stringify({ [name]: examples?.[0] }, { lineWidth: 110 }));
  return [
    `\n## Reference: ${name}\n`,
    description,
    '',
    example,
    tablesOf($ref, pathTo(name, $ref, schemas), schemas),
  ].join('\n');
}

function pathTo(name: string, file: string, schemas: ReadonlyMap<string, Schema>): string {
  return schemas.get(file)?.type === 'array' ? `${name}[]` : `${name}.NAME`;
}

function partOf(file: string, schemas: ReadonlyMap<string, Schema>): string {
  const name = file.replace('.schema.json', '');
  const { title = '' } = schemas.get(file) ?? {};
  return [`\n## Reference: ${name}\n`, `${title}.`, tablesOf(file, pathTo(name, file, schemas), schemas)].join('\n');
}

function sharedOf(name: string, common: Schema, schemas: ReadonlyMap<string, Schema>): string {
  const { description = '' } = common.$defs?.[name] ?? {};
  const intro = description === '' ? '' : `\n${description}\n`;
  return `${intro}${tablesOf(`common.schema.json#/$defs/${name}`, titles[name] ?? name, schemas)}`;
}

const titles: Readonly<Record<string, string>> = {
  commandSettings: 'command',
  transferLimit: 'limit',
  lifecycleStep: 'lifecycle[]',
  storagePrice: 'price',
  param: 'params.NAME',
};

function diagnosticsText(): string {
  const rows = Object.entries(diagnosticCodes).map(([name, [meaning, remedy]]) => row([code(name), meaning, remedy]));
  return `${diagnosticsIntroduction}\n${row(['code', 'what it means', 'what to do'])}\n${row(['---', '---', '---'])}\n${rows.join('\n')}\n`;
}

const diagnosticsIntroduction = `# Diagnostics

<!-- Generated from src/plan/diagnostic-codes.ts by \`npm run generate\`: change it there. -->

What \`muster validate\` can say of a plan. Every diagnostic has a file, a line and a column, one of these codes, a
message that names what is wrong, and a hint that says what to do. All of them are reported at once. Codes are stable:
scripts may rely on them, whatever becomes of the words.
`;

function fenced(text: string): string {
  return `\`\`\`yaml\n${text.trimEnd()}\n\`\`\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function exampleOf({ examples }: Schema): string {
  return examples === undefined ? '' : code(stringify(examples[0], { collectionStyle: 'flow', lineWidth: 0 }).trim());
}

if (import.meta.main) for (const [path, text] of await generatePages()) await writeFile(path, text);
