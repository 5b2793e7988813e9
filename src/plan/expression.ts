import { MusterError } from '../base/error.ts';
import { environmentOf } from './expression/environment.ts';
import { checkLiterals, checkNames, type KnownNames } from './expression/literals.ts';
import { expressionVariables, type ExpressionPlace, type ExpressionValues } from './expression/place.ts';
import { faultOf, type ExpressionProblem } from './expression/problem.ts';
import { toCelValues } from './expression/values.ts';

export type { ExpressionPlace, ExpressionValues } from './expression/place.ts';
export type { ExpressionProblem } from './expression/problem.ts';
export type { KnownNames } from './expression/literals.ts';

/** Longer expressions are refused before they are read. */
const maxLength = 20_000;
/** Parsed expressions that are kept; the oldest goes first. */
const maxCached = 2000;

const cache = new Map<string, Parsed>();

interface Parsed {
  readonly problems: readonly ExpressionProblem[];
  readonly evaluate: (values: Record<string, unknown>) => unknown;
}

/**
 * Parses and type-checks a CEL expression; an empty list means that it is sound and answers true or false.
 * `known` makes names below `params` and `steps` checked as well. The library is loaded at the first call.
 */
export function checkExpression(text: string, place: ExpressionPlace, known: KnownNames = {}): ExpressionProblem[] {
  const { problems } = parse(text, place);
  if (problems.length > 0) return [...problems];
  return checkNames(environmentOf(place).environment.parse(text).ast, known);
}

/** Throws `expression-failed` when it cannot be evaluated: a missing key of a map, a division by zero. Never guesses. */
export function evaluateExpression<P extends ExpressionPlace>(
  text: string,
  place: P,
  values: ExpressionValues[P],
): boolean {
  const { problems, evaluate } = parse(text, place);
  const problem = problems[0];
  if (problem !== undefined) throw failed(text, problem.message, problem.hint);
  const answer = run(text, place, () => evaluate(celValues(text, place, values)));
  if (typeof answer === 'boolean') return answer;
  throw failed(text, 'it must answer true or false', 'Compare the value with what it should be.');
}

function parse(text: string, place: ExpressionPlace): Parsed {
  const key = `${place}\n${text}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const parsed = parseAnew(text, place);
  const oldest = cache.size >= maxCached ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(key, parsed);
  return parsed;
}

function parseAnew(text: string, place: ExpressionPlace): Parsed {
  if (text.trim() === '') return unusable({ message: 'the expression is empty', offset: 0 });
  if (text.length > maxLength) return unusable({ message: `an expression may have ${maxLength} characters at most` });
  try {
    const evaluate = environmentOf(place).environment.parse(text);
    const { valid, type, error } = evaluate.check();
    if (!valid) return unusable(faultOf(error, text, place));
    if (type !== 'bool' && type !== 'dyn') return unusable(notBoolean(type));
    return { problems: checkLiterals(evaluate.ast), evaluate };
  } catch (error) {
    return unusable(faultOf(error, text, place));
  }
}

function unusable(problem: Omit<ExpressionProblem, 'code'>): Parsed {
  return { problems: [{ code: 'bad-expression', ...problem }], evaluate: () => undefined };
}

function notBoolean(type: string | undefined): Omit<ExpressionProblem, 'code'> {
  return {
    message: `it must answer true or false, but its result is of type ${type ?? 'unknown'}`,
    offset: 0,
    hint: 'Compare the value with what it should be.',
  };
}

function celValues<P extends ExpressionPlace>(
  text: string,
  place: P,
  values: ExpressionValues[P],
): Record<string, unknown> {
  const given = place === 'probe-http' && text.includes('json') ? withJson(values) : values;
  return toCelValues(expressionVariables[place], { ...given }, environmentOf(place));
}

function withJson(values: object): object {
  if (!('response' in values)) return values;
  const response = values.response as ExpressionValues['probe-http']['response'];
  return { response: { ...response, json: parseJson(response.body) } };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

function run(text: string, place: ExpressionPlace, evaluate: () => unknown): unknown {
  try {
    return evaluate();
  } catch (error) {
    const { message, hint } = faultOf(error, text, place);
    throw failed(text, message, hint);
  }
}

function failed(text: string, message: string, hint: string | undefined): MusterError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new MusterError(`expression \`${shown}\`: ${message}`, {
    code: 'expression-failed',
    ...(hint === undefined ? {} : { hint }),
  });
}
