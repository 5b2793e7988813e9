import { Composer, type CST, type Document } from 'yaml';
import type { Problems } from '../problems.ts';
import { buildTree, type ParsedFile } from './build.ts';
import type { SourceFile } from './source-file.ts';
import { syntaxProblem } from './syntax.ts';
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
  const fault = syntaxProblem(file, documents);
  if (fault) {
    problems.error(fault);
    return undefined;
  }
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
