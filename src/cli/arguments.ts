import { InvalidArgumentError } from 'commander';
import { DateTime } from 'luxon';
import { parseDuration, type Instant, type Milliseconds, type ParamValue } from '../index.ts';
import { usageError } from './failure.ts';

/** `24h`, `90s` in milliseconds. */
export function durationArgument(text: string): Milliseconds {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Use a duration such as 90s, 15m, 24h or 7d.');
  return ms;
}

/** `50%` as a share, 0 to 1. */
export function shareArgument(text: string): number {
  const percent = /^(\d{1,3})%$/.exec(text)?.[1];
  if (percent === undefined || Number(percent) > 100) throw new InvalidArgumentError('Use a share such as 50%.');
  return Number(percent) / 100;
}

/** A whole number above zero. */
export function countArgument(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Use a whole number above zero.');
  return Number(text);
}

/** Gathers an option that may be given several times. */
export function listArgument(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), text];
}

/** Gathers `k=v` options. */
export function pairArgument(
  text: string,
  earlier: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Use name=value.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

/** An ISO 8601 instant, also as muster prints it; without an offset it is taken in the plan's time zone. */
export function instantOf(text: string, timezone: string): Instant {
  const moment = DateTime.fromISO(text.trim().replace(' ', 'T').replace(' ', ''), { zone: timezone });
  if (!moment.isValid) {
    throw usageError(
      `"${text}" is not an instant`,
      'Use ISO 8601, such as 2026-01-15T10:30:00+01:00 or "2026-01-15 10:30".',
    );
  }
  return moment.toMillis();
}

/** Both ends must make sense: a window that ends before it begins, or is longer than ten years, is a slip. */
export function windowOf(from: Instant, until: Instant): { readonly from: Instant; readonly until: Instant } {
  if (until < from) throw usageError('the window ends before it begins', 'Give a later end.');
  if (until - from > longestWindow) throw usageError('the window is longer than ten years', 'Give a shorter one.');
  return { from, until };
}

const longestWindow = 3653 * 86_400_000;

/** `latest`, or an instant. */
export function momentOf(text: string | undefined, timezone: string): { kind: 'latest' } | { kind: 'at'; at: Instant } {
  return text === undefined || text === 'latest' ? { kind: 'latest' } : { kind: 'at', at: instantOf(text, timezone) };
}

/** Values of `--set`: numbers and booleans become such, all else stays text. */
export function valuesOf(pairs: Readonly<Record<string, string>> | undefined): Record<string, ParamValue> {
  return Object.fromEntries(Object.entries(pairs ?? {}).map(([name, text]) => [name, valueOf(text)]));
}

function valueOf(text: string): ParamValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
