import { formatDuration } from '../../base/duration.ts';
import { MusterError } from '../../base/error.ts';
import { formatSize } from '../../base/size.ts';
import { dateTime } from '../../base/zone.ts';

export interface TemplateHelper {
  /** For the documentation: how it is written. */
  readonly usage: string;
  readonly description: string;
  readonly arguments: { readonly least: number; readonly most: number };
  /** `timezone` is the plan's. Nothing (null, undefined) gives the empty text. */
  readonly call: (values: readonly unknown[], timezone: string) => unknown;
}

/** Every helper besides the blocks `if`, `unless`, `each` and `with`. */
export const templateHelpers: Readonly<Record<string, TemplateHelper>> = {
  list: {
    usage: '{{list systems}}',
    description: 'joins a list with commas, or with a second argument: `{{list systems " and "}}`',
    arguments: { least: 1, most: 2 },
    call: ([list, separator]) => joined(list, separator),
  },
  duration: {
    usage: '{{duration recovery.elapsed}}',
    description: 'milliseconds for people: `12m 05s`',
    arguments: { least: 1, most: 1 },
    call: ([value]) => whenGiven(value, (ms) => formatDuration(numberFor('duration', ms))),
  },
  datetime: {
    usage: '{{datetime run.startedAt}}',
    description: 'an instant in the plan\'s time zone, or in a second argument: `{{datetime run.startedAt "UTC"}}`',
    arguments: { least: 1, most: 2 },
    call: ([value, zone], timezone) =>
      whenGiven(value, (at) => shownInstant(numberFor('datetime', at), zone ?? timezone)),
  },
  size: {
    usage: '{{size backup.bytesStored}}',
    description: 'bytes for people: `12.3 MiB`',
    arguments: { least: 1, most: 1 },
    call: ([value]) => whenGiven(value, (bytes) => formatSize(numberFor('size', bytes))),
  },
  upper: {
    usage: '{{upper run.status}}',
    description: 'in capital letters',
    arguments: { least: 1, most: 1 },
    call: ([value]) => textOf(value).toUpperCase(),
  },
  lower: {
    usage: '{{lower incident.type}}',
    description: 'in small letters',
    arguments: { least: 1, most: 1 },
    call: ([value]) => textOf(value).toLowerCase(),
  },
  default: {
    usage: '{{default incident.details "none given"}}',
    description: 'the second argument when the first is empty',
    arguments: { least: 2, most: 2 },
    call: ([value, fallback]) => (textOf(value) === '' ? fallback : value),
  },
  eq: {
    usage: '{{#if (eq run.status "failed")}}…{{/if}}',
    description: 'true when both are the same',
    arguments: { least: 2, most: 2 },
    call: ([left, right]) => left === right,
  },
  quote: {
    usage: '{{quote params.name}}',
    description: 'as one word of a POSIX shell, whatever it holds; for `shell` commands',
    arguments: { least: 1, most: 1 },
    call: ([value]) => `'${textOf(value).replaceAll("'", String.raw`'\''`)}'`,
  },
};

/** Blocks of Handlebars that may be used. */
export const templateBlocks = ['if', 'unless', 'each', 'with'] as const;

function joined(list: unknown, separator: unknown): string {
  const between = separator === undefined ? ', ' : textOf(separator);
  return Array.isArray(list) ? list.map(textOf).join(between) : textOf(list);
}

function whenGiven(value: unknown, format: (value: unknown) => string): string {
  return value === undefined || value === null || value === '' ? '' : format(value);
}

function numberFor(helper: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new MusterError(`\`${helper}\` needs a number, but got "${textOf(value)}"`, {
    code: 'template-failed',
    hint: `Write ${templateHelpers[helper]?.usage ?? helper}.`,
  });
}

function shownInstant(at: number, zone: unknown): string {
  try {
    return dateTime(at, textOf(zone) || 'UTC');
  } catch (error) {
    throw new MusterError(`\`datetime\` cannot show ${at} in the time zone "${textOf(zone)}"`, {
      code: 'template-failed',
      hint: 'Use an IANA name: Europe/Berlin.',
      cause: error,
    });
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
