import { isCollection, isScalar, visit, type Document, type YAMLError } from 'yaml';
import type { Problem } from '../problems.ts';
import { quote } from '../quote.ts';
import type { SourceFile } from './source-file.ts';

/** The first thing in a file that is not YAML, in plain words; the rest of the file is read wrongly after it. */
export function syntaxProblem(file: SourceFile, documents: readonly Document.Parsed[]): Problem | undefined {
  const fault = firstFault(documents);
  if (!fault) return undefined;
  const { code, message, hint } = wordsFor(fault);
  const opening = isUnclosed(fault) ? openingOf(fault, documents) : undefined;
  const start = within(file, opening ?? fault.pos[0]);
  const end = Math.max(start, opening === undefined ? within(file, fault.pos[1]) : start + 1);
  return { code, at: { file, start, end: sameLine(file, start, end) }, message, hint };
}

function firstFault(documents: readonly Document.Parsed[]): YAMLError | undefined {
  let first: YAMLError | undefined;
  for (const { errors, warnings } of documents)
    for (const faults of [errors, warnings])
      for (const fault of faults) if (!first || fault.pos[0] < first.pos[0]) first = fault;
  return first;
}

/** A quote or bracket that is never closed is noticed far below it. */
function isUnclosed({ message }: YAMLError): boolean {
  return /^Missing closing|must (be sufficiently indented and )?end with/.test(message);
}

/** Where the quote or bracket begins whose end was looked for in vain. */
function openingOf(fault: YAMLError, documents: readonly Document.Parsed[]): number | undefined {
  let opening: number | undefined;
  for (const document of documents)
    visit(document, {
      Node: (_, node) => {
        const open = isScalar(node) || (isCollection(node) && node.flow === true);
        if (open && node.range && node.range[1] === fault.pos[0]) opening = node.range[0];
      },
    });
  return opening;
}

function within(file: SourceFile, offset: number): number {
  return Math.max(0, Math.min(offset, file.text.length));
}

function sameLine(file: SourceFile, start: number, end: number): number {
  const newline = file.text.indexOf('\n', start);
  return newline === -1 ? end : Math.max(start, Math.min(end, newline));
}

interface Words {
  readonly code: 'yaml-syntax' | 'yaml-tab' | 'yaml-tag';
  readonly message: string;
  readonly hint: string;
}

const wordings: readonly (readonly [RegExp, Omit<Words, 'code'>])[] = [
  [/^Missing closing/, { message: 'this quote is never closed', hint: 'Close it with the same quote.' }],
  [
    /must (be sufficiently indented and )?end with/,
    { message: 'this bracket is not closed', hint: 'Close it, and indent what is inside by more than the key.' },
  ],
  [
    /^Implicit keys need to be on a single line|^Implicit map keys need to be followed by map values/,
    { message: 'this is not a key with a value', hint: 'Put a colon and a space after the key.' },
  ],
  [
    /^Nested mappings are not allowed/,
    {
      message: 'a value cannot hold a colon and a space',
      hint: 'Put the value in quotes, or begin a new line after the key.',
    },
  ],
  [
    /^All mapping items must start at the same column|^All sequence items must start at the same column|indent/i,
    { message: 'this line does not line up with those around it', hint: 'Indent it as the lines that it belongs to.' },
  ],
];

const byCode: Partial<Record<YAMLError['code'], Words>> = {
  TAB_AS_INDENT: { code: 'yaml-tab', message: 'a tab cannot indent a line', hint: 'Indent with spaces.' },
  BAD_DQ_ESCAPE: {
    code: 'yaml-syntax',
    message: 'a backslash in double quotes does not go with this character',
    hint: 'Write two backslashes for one, or use single quotes.',
  },
};

function wordsFor({ code, message }: YAMLError): Words {
  const words = byCode[code];
  if (words) return words;
  const tag = /^Unresolved tag: (.*)/s.exec(message)?.[1];
  if (tag !== undefined) return { code: 'yaml-tag', message: `there is no tag ${quote(tag)}`, hint: 'Remove it.' };
  const reserved = /reserved character (.)/.exec(message)?.[1];
  if (reserved !== undefined) {
    const text = `a value cannot begin with ${quote(reserved)}`;
    return { code: 'yaml-syntax', message: text, hint: 'Put the value in quotes.' };
  }
  const known = wordings.find(([pattern]) => pattern.test(message))?.[1];
  return { code: 'yaml-syntax', ...(known ?? unknownFault(message)) };
}

/** In the words of the library. */
function unknownFault(message: string): Omit<Words, 'code'> {
  const line = message.replaceAll(/\s+/g, ' ');
  const text = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  return { message: `this is not YAML: ${text}`, hint: 'Look for a missing quote, bracket, colon or space.' };
}
