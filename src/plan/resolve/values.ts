import { resolve } from 'node:path';
import type { Instant, Milliseconds } from '../../base/clock.ts';
import { parseCalendarDuration, parseDuration, type CalendarDuration } from '../../base/duration.ts';
import { parseRate, parseSize } from '../../base/size.ts';
import type { DiagnosticCode } from '../diagnostic-codes.ts';
import { quote } from '../quote.ts';
import type { Node, ScalarNode } from '../read/node.ts';
import type { Scope } from './scope.ts';

/*
 * Readers of single values. Each gives undefined when there is none, when the schema has already found its type to be
 * wrong, and, with a problem, when its text does not mean what it should.
 */

/** Nothing in a plan is longer than this: 1000 years. */
const longestMs = 1000 * 366 * 86_400_000;

export function textOf(node: Node | undefined): string | undefined {
  const value = knownScalar(node)?.value;
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(node: Node | undefined): number | undefined {
  const value = knownScalar(node)?.value;
  return typeof value === 'number' ? value : undefined;
}

export function flagOf(node: Node | undefined): boolean | undefined {
  const value = knownScalar(node)?.value;
  return typeof value === 'boolean' ? value : undefined;
}

/** A word of a list that the schema has compared it with. */
export function wordOf<W extends string>(node: Node | undefined, words: readonly W[]): W | undefined {
  const text = textOf(node);
  return words.find((word) => word === text);
}

export function durationOf(node: Node | undefined, scope: Scope): Milliseconds | undefined {
  return parsed(node, scope, durationForm);
}

/** A duration that must be longer than nothing. */
export function positiveDurationOf(node: Node | undefined, scope: Scope): Milliseconds | undefined {
  const ms = durationOf(node, scope);
  if (ms !== 0 || node === undefined) return ms;
  const message = `${quote(authoredText(node))} is no time at all`;
  scope.problems.error({ code: 'bad-duration', at: node, message, hint: 'Write a duration longer than 0s.' });
  return undefined;
}

export function calendarDurationOf(node: Node | undefined, scope: Scope): CalendarDuration | undefined {
  return parsed(node, scope, calendarForm);
}

export function sizeOf(node: Node | undefined, scope: Scope): number | undefined {
  return parsed(node, scope, sizeForm);
}

/** Bytes a second, more than none. */
export function rateOf(node: Node | undefined, scope: Scope): number | undefined {
  return parsed(node, scope, rateForm);
}

/** A share from 0 to 1, more than nothing. */
export function percentageOf(node: Node | undefined, scope: Scope): number | undefined {
  return parsed(node, scope, shareForm);
}

/** Minutes since midnight. */
export function timeOfDayOf(node: Node | undefined, scope: Scope): number | undefined {
  return parsed(node, scope, timeForm);
}

/** ISO 8601 with an offset. */
export function instantOf(node: Node | undefined, scope: Scope): Instant | undefined {
  return parsed(node, scope, instantForm);
}

/** Absolute: a relative one is relative to the file that it stands in. */
export function pathOf(node: Node | undefined, scope: Scope): string | undefined {
  const text = textOf(node);
  if (text === undefined || node === undefined) return undefined;
  const fault = pathFault(text);
  if (fault === undefined) return resolve(node.file.folder, text);
  scope.problems.error({ code: 'bad-path', at: node, ...fault });
  return undefined;
}

/** What the user wrote, before variables were replaced: values of the environment are not for messages. */
export function authoredText(node: Node): string {
  if (node.kind !== 'scalar') return '';
  return node.authored ?? String(node.value);
}

function knownScalar(node: Node | undefined): ScalarNode | undefined {
  return node?.kind === 'scalar' && node.known ? node : undefined;
}

interface Form<T> {
  readonly code: DiagnosticCode;
  readonly name: string;
  readonly hint: string;
  /** Undefined: not of this form; `too-large`: beyond all bounds. */
  readonly parse: (text: string) => T | 'too-large' | undefined;
}

function parsed<T>(node: Node | undefined, scope: Scope, form: Form<T>): T | undefined {
  const text = textOf(node);
  if (text === undefined || node === undefined) return undefined;
  const value = text.length > 200 ? undefined : form.parse(text);
  if (value !== undefined && value !== 'too-large') return value;
  const fault = value === undefined ? `is not ${form.name}` : 'is more than anything in a plan can be';
  const hint = value === undefined ? form.hint : 'Write a smaller one.';
  scope.problems.error({ code: form.code, at: node, message: `${quote(authoredText(node))} ${fault}`, hint });
  return undefined;
}

const durationForm: Form<Milliseconds> = {
  code: 'bad-duration',
  name: 'a duration',
  hint: 'Write a number and a unit, `s`, `m`, `h`, `d` or `w`: `90s`, `15m`, `1h30m`.',
  parse: (text) => {
    const ms = parseDuration(text);
    return ms !== undefined && ms > longestMs ? 'too-large' : ms;
  },
};

const calendarForm: Form<CalendarDuration> = {
  code: 'bad-duration',
  name: 'a duration',
  hint: 'Write a number and a unit, `h`, `d`, `w`, `mo` or `y`: `30d`, `3mo`, `7y`.',
  parse: (text) => {
    const duration = parseCalendarDuration(text);
    return duration && (duration.months > 12_000 || duration.ms > longestMs) ? 'too-large' : duration;
  },
};

const sizeForm: Form<number> = {
  code: 'bad-size',
  name: 'a size',
  hint: 'Write a number and a unit, `B`, `KiB`, `MiB`, `GiB`, `TiB` or `PiB`: `10GiB`.',
  parse: (text) => {
    const bytes = parseSize(text);
    return bytes !== undefined && !Number.isSafeInteger(bytes) ? 'too-large' : bytes;
  },
};

const rateForm: Form<number> = {
  code: 'bad-size',
  name: 'a rate',
  hint: 'Write a size that is more than nothing, and `/s`: `500KiB/s`, `50MiB/s`.',
  parse: (text) => {
    const rate = parseRate(text);
    if (rate === undefined || rate === 0) return undefined;
    return Number.isSafeInteger(rate) ? rate : 'too-large';
  },
};

const shareForm: Form<number> = {
  code: 'bad-share',
  name: 'a share between 0% and 100%',
  hint: 'Write a number and `%`: `80%`.',
  parse: (text) => {
    const share = /^\d+(?:\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : 0;
    return share > 0 && share <= 1 ? share : undefined;
  },
};

const timeForm: Form<number> = {
  code: 'bad-time',
  name: 'a time of day',
  hint: 'Write hours and minutes: `08:00`, `23:30`.',
  parse: (text) => {
    const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
    return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
  },
};

const instantForm: Form<Instant> = {
  code: 'bad-instant',
  name: 'an instant',
  hint: 'Write ISO 8601 with an offset: `2026-11-20T10:00:00Z` or `2026-11-20T11:00:00+01:00`.',
  parse: (text) => {
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  },
};

function pathFault(text: string): { message: string; hint: string } | undefined {
  if (text.trim() === '') return { message: 'the path is empty', hint: 'Write a path.' };
  if (text.includes('\0')) return { message: 'the path holds a zero byte', hint: 'Remove it.' };
  if (!/^~(\/|$)/.test(text)) return undefined;
  return { message: '`~` is not replaced by the home folder', hint: 'Write `${HOME}` in its place.' };
}
