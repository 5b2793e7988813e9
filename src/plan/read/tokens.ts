import { Lexer, Parser, type CST } from 'yaml';
import type { Problems } from '../problems.ts';
import { maxDepth, maxTokens } from './limits.ts';
import type { SourceFile } from './source-file.ts';

/** How many tokens the files of a plan may still have. */
export interface TokenBudget {
  left: number;
}

export function tokenBudget(): TokenBudget {
  return { left: maxTokens };
}

/** The syntax tree of a file; undefined, with a problem, when it is too large or nested too deeply to be built. */
export function readTokens(file: SourceFile, budget: TokenBudget, problems: Problems): CST.Token[] | undefined {
  const tokens = parse(file.text, budget);
  if (tokens === undefined) {
    problems.error({
      code: 'too-large',
      at: { file, start: 0, end: 0 },
      message: `the plan has more than ${maxTokens.toLocaleString('en')} YAML tokens`,
      hint: 'Split it into several plans.',
    });
    return undefined;
  }
  const deep = findTooDeep(tokens);
  if (deep === undefined) return tokens;
  problems.error({
    code: 'too-deep',
    at: { file, start: deep, end: deep + 1 },
    message: `more than ${maxDepth} maps or lists stand inside each other here`,
    hint: 'Close the brackets, or mend the indentation.',
  });
  return undefined;
}

function parse(text: string, budget: TokenBudget): CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    budget.left -= 1;
    if (budget.left < 0) return undefined;
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** Offset of something that stands too deep. Does not recurse: the depth is what a hostile file attacks. */
function findTooDeep(tokens: readonly CST.Token[]): number | undefined {
  let level: CST.Token[] = [];
  for (const token of tokens) if (token.type === 'document' && token.value) level.push(token.value);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxDepth) return level[0]?.offset;
    const below: CST.Token[] = [];
    for (const token of level) if ('items' in token) addCollections(token.items, below);
    level = below;
  }
  return undefined;
}

function addCollections(items: readonly CST.CollectionItem[], found: CST.Token[]): void {
  for (const { key, value } of items) {
    if (key && 'items' in key) found.push(key);
    if (value && 'items' in value) found.push(value);
  }
}
