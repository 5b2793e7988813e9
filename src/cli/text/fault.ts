import type { ErrorFacts, Fault } from '../../index.ts';
import { oneLine, printable } from './printable.ts';

/** More of them are counted, not listed. */
const mostListed = 10;

/** Why something failed, and below it what to do now. */
export function errorLines(what: string, error: ErrorFacts | undefined): readonly string[] {
  if (error === undefined) return [what];
  return [
    `${what}: ${oneLine(error.message)}`,
    ...(error.hint === undefined ? [] : [`    hint: ${oneLine(error.hint)}`]),
  ];
}

/** What is missing or could not be read, a line for each. */
export function faultLines(faults: readonly Fault[], most: number = mostListed): readonly string[] {
  const lines = faults
    .slice(0, most)
    .map(({ kind, path, detail }) => `    ${kind}: ${printable(path)}: ${oneLine(detail)}`);
  const more = faults.length - lines.length;
  return more > 0 ? [...lines, `    and ${more} more`] : lines;
}
