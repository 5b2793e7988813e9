import { Composer, type CST, type Document, type YAMLError } from 'yaml';
import type { Problems } from '../problems.ts';
import { buildTree, type ParsedFile } from './build.ts';
import type { SourceFile } from './source-file.ts';
import { readTokens, type TokenBudget } from './tokens.ts';

/** As the reader calls the library; `uniqueKeys` compares each key with all others, so the tree builder does it better. */
export const yamlOptions = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** The sections of a file; undefined when it cannot be read as YAML: then exactly one problem says why. */
export function parseYaml(file: SourceFile, budget: TokenBudget, problems: Problems): ParsedFile | undefined {
  const tokens = readTokens(file, budget, problems);
  if (tokens === undefined) return undefined;
  const documents = compose(tokens, file.text.length);
  const fault = firstFault(documents);
  if (fault) return problems.error(syntaxProblem(file, fault)) as undefined;
  const [document, second] = documents;
  if (second) {
    const [start, end] = second.range;
    problems.error({
      code: 'several-documents',
      at: { file, start, end: Math.min(start + 3, end) },
      message: 'the file holds several YAML documents',
      hint: 'Remove the `---`, or make it several files in a folder.',
    });
    return undefined;
  }
  return document && buildTree(file, document, problems);
}

/** Errors of the library take a stack each, which a file with a million of them turns into minutes. */
function compose(tokens: CST.Token[], length: number): Document.Parsed[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return [...new Composer(yamlOptions).compose(tokens, true, length)] as Document.Parsed[];
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** The topmost one only: the rest of the file is read wrongly after it. */
function firstFault(documents: readonly Document.Parsed[]): YAMLError | undefined {
  let first: YAMLError | undefined;
  for (const { errors, warnings } of documents)
    for (const faults of [errors, warnings])
      for (const fault of faults) if (!first || fault.pos[0] < first.pos[0]) first = fault;
  return first;
}

const hints: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_INDENT: 'Line it up with the lines around it.',
  BAD_SCALAR_START: 'Put the text in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put the text in quotes if it holds a colon and a space; else begin a new line after the first colon.',
  MULTILINE_IMPLICIT_KEY: 'Put a colon after the key, or close the quote or bracket that is open.',
  BAD_DQ_ESCAPE: 'Write two backslashes for one, or use single quotes.',
  TAG_RESOLVE_FAILED: 'Remove the tag.',
};

function syntaxProblem(file: SourceFile, fault: YAMLError): Parameters<Problems['error']>[0] {
  const start = Math.max(0, Math.min(fault.pos[0], file.text.length));
  const end = Math.max(start, Math.min(fault.pos[1], file.text.length));
  return {
    code: codeOf(fault),
    at: { file, start, end },
    message: shorten(fault.message),
    hint: hints[fault.code],
  };
}

function codeOf(fault: YAMLError): string {
  if (fault.code === 'TAB_AS_INDENT') return 'yaml-tab';
  if (fault.code === 'TAG_RESOLVE_FAILED') return 'yaml-tag';
  return 'yaml-syntax';
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
