import type { Diagnostic } from '../base/diagnostic.ts';
import { closestName } from '../base/closest-name.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { Span } from './read/node.ts';
import { positionOf } from './read/source-file.ts';

export interface Problem {
  readonly code: DiagnosticCode;
  readonly at: Span;
  /** One line; names the thing and says what is wrong with it. */
  readonly message: string;
  /** What to do about it, as one imperative sentence. */
  readonly hint?: string | undefined;
  /** Text that must not be shown: a secret. */
  readonly secret?: Span;
  readonly related?: readonly { readonly at: Span; readonly message: string }[];
}

/** A set of names, or a map by name. */
export interface Names {
  readonly size: number;
  keys(): Iterable<string>;
}

/** More are of no use to anybody, and a hostile file could ask for millions. */
const maxProblems = 1000;
/** A comparison of two names takes about a microsecond. */
const maxComparisons = 500_000;

/** Gathers what is wrong with a plan. The same problem at the same place is kept once: an alias may meet it often. */
export class Problems {
  readonly #kept = new Map<string, Diagnostic>();
  #comparisons = maxComparisons;
  readonly #secrets: Span[] = [];
  #errors = 0;
  #omitted = 0;
  #first: Span | undefined;

  error(problem: Problem): void {
    this.#errors += 1;
    this.#add('error', problem);
  }

  warning(problem: Problem): void {
    this.#add('warning', problem);
  }

  /** True once something stands in the way of handing out a plan. */
  get failed(): boolean {
    return this.#errors > 0;
  }

  /** True when further problems are only counted. */
  get full(): boolean {
    return this.#kept.size >= maxProblems;
  }

  /** Counts errors that nobody has looked at. */
  omit(count: number): void {
    this.#errors += count;
    this.#omitted += count;
  }

  /** The name that was probably meant; gives up when many names have already been compared with many. */
  suggest(written: string, names: Names): string | undefined {
    if (this.full || this.#comparisons < names.size) return undefined;
    this.#comparisons -= names.size;
    return closestName(written.slice(0, 100), names.keys());
  }

  /** Texts in which secrets that should not be there have been found. */
  get secrets(): readonly Span[] {
    return this.#secrets;
  }

  /** In the order of `files`, then of the text. */
  diagnostics(files: readonly string[]): readonly Diagnostic[] {
    const rank = new Map(files.map((file, index) => [file, index]));
    const rankOf = (file: string): number => rank.get(file) ?? files.length;
    const sorted = [...this.#kept.values()].sort(
      (a, b) => rankOf(a.file) - rankOf(b.file) || a.line - b.line || a.column - b.column,
    );
    return this.#first && this.#omitted > 0 ? [...sorted, this.#overflow(this.#first)] : sorted;
  }

  #add(severity: Diagnostic['severity'], problem: Problem): void {
    this.#first ??= problem.at;
    if (problem.secret) this.#secrets.push(problem.secret);
    const key = `${problem.code}\n${problem.at.file.path}\n${problem.at.start}\n${problem.message}`;
    if (this.#kept.has(key)) return;
    if (this.full) this.#omitted += 1;
    else this.#kept.set(key, toDiagnostic(severity, problem));
  }

  #overflow(at: Span): Diagnostic {
    return toDiagnostic('error', {
      code: 'too-many-problems',
      at: { file: at.file, start: 0, end: 0 },
      message: `${this.#omitted} more problems are not shown`,
      hint: 'Mend those that are shown, then validate again.',
    });
  }
}

function toDiagnostic(severity: Diagnostic['severity'], problem: Problem): Diagnostic {
  const { code, at, message, hint, related } = problem;
  return {
    ...positionOf(at),
    severity,
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined
      ? {}
      : { related: related.map((place) => ({ ...positionOf(place.at), message: place.message })) }),
  };
}
