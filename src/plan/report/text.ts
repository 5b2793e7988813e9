import pc from 'picocolors';
import type { Diagnostic, Position } from '../../base/diagnostic.ts';
import { frameOf, linesOf } from './frame.ts';
import { shownPath } from './path.ts';
import { harmless } from './harmless.ts';

interface TextOptions {
  readonly cwd: string;
  readonly color: boolean;
}

type Colors = ReturnType<typeof pc.createColors>;

interface Writer {
  readonly lines: (file: string) => readonly string[] | undefined;
  readonly cwd: string;
  readonly colors: Colors;
  /** Columns of the widest line number of the diagnostic. */
  readonly gutter: number;
}

/**
 * For people, one block for each diagnostic:
 *
 *     error[unknown-key]: there is no key `sytems` here
 *       --> muster.yaml:12:1
 *        |
 *     12 | sytems:
 *        | ^^^^^^
 *        = hint: Did you mean `systems`?
 */
export function formatText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  { cwd, color }: TextOptions,
): string {
  const colors = pc.createColors(color);
  const lines = linesByFile(sources);
  return diagnostics.map((found) => `${block(found, { lines, cwd, colors, gutter: gutterOf(found) })}\n`).join('\n');
}

/** Each file is cut into lines once, however many diagnostics it has. */
function linesByFile(sources: ReadonlyMap<string, string>): Writer['lines'] {
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const text = sources.get(file);
    if (text !== undefined && !known.has(file)) known.set(file, linesOf(text));
    return known.get(file);
  };
}

function gutterOf({ line, related = [] }: Diagnostic): number {
  return Math.max(...[line, ...related.map((place) => place.line)].map((number) => String(number).length));
}

function block(found: Diagnostic, writer: Writer): string {
  const { colors } = writer;
  const paint = found.severity === 'error' ? colors.red : colors.yellow;
  const title = `${paint(colors.bold(`${found.severity}[${harmless(found.code)}]`))}: ${colors.bold(oneLine(found.message))}`;
  const related = (found.related ?? []).flatMap((place) => [
    bar(writer, `= ${oneLine(place.message)}`),
    ...excerpt(place, writer, colors.cyan),
  ]);
  const hint = found.hint === undefined ? [] : [bar(writer, `= ${colors.bold('hint')}: ${oneLine(found.hint)}`)];
  return [title, ...excerpt(found, writer, paint), ...related, ...hint].join('\n');
}

/** The place, and the line when its file is known. */
function excerpt(position: Position, writer: Writer, paint: (text: string) => string): string[] {
  const { colors, cwd, gutter } = writer;
  const place = `${oneLine(shownPath(position.file, cwd))}:${position.line}:${position.column}`;
  const arrow = `${' '.repeat(gutter)}${colors.blue('-->')} ${place}`;
  const lines = writer.lines(position.file);
  const frame = lines === undefined ? undefined : frameOf(lines, position);
  if (frame === undefined) return [arrow];
  const number = colors.blue(`${String(position.line).padStart(gutter)} |`);
  return [
    arrow,
    bar(writer, ''),
    `${number} ${frame.source}`.trimEnd(),
    `${' '.repeat(gutter)} ${colors.blue('|')} ${frame.underline.replace(/\^+$/, (carets) => paint(carets))}`,
  ];
}

function bar({ colors, gutter }: Writer, text: string): string {
  if (text.startsWith('=')) return `${' '.repeat(gutter)} ${colors.blue('=')}${text.slice(1)}`;
  return `${' '.repeat(gutter)} ${colors.blue('|')}${text}`;
}

function oneLine(text: string): string {
  return harmless(text.replaceAll(/\s*\r?\n\s*/g, ' '));
}
