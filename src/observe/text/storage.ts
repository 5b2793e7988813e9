import type { Instant } from '../../base/clock.ts';
import { formatSize } from '../../base/size.ts';
import type { StorageOutlook } from '../outlook.ts';
import { lengthOf, momentText } from './time.ts';

/** `+1.2 GiB a day`; `–` when it is not known yet. */
export function growthText({ growth }: StorageOutlook): string {
  if (growth === undefined) return '–';
  return `${growth < 0 ? '-' : '+'}${formatSize(Math.round(Math.abs(growth)))} a day`;
}

/** The day when the capacity is reached. */
export function fullText({ fullAt }: StorageOutlook, timezone: string): string {
  return fullAt === undefined ? '–' : momentText(fullAt, timezone).slice(0, 10);
}

/** `12.30 EUR a month`. */
export function costText({ cost }: StorageOutlook): string {
  return cost === undefined ? '–' : `${money(cost.perMonth)} ${cost.currency} a month`;
}

/** What the price means for a year from now, and for the day when everything is read back. */
export function costNote(name: string, { cost }: StorageOutlook): readonly string[] {
  if (cost === undefined) return [];
  const { currency, perMonthInAYear: later, restore } = cost;
  const parts = [
    ...(later === undefined ? [] : [`${money(later)} ${currency} a month in a year at this growth`]),
    ...(restore === 0 ? [] : [`${money(restore)} ${currency} to read all of it once`]),
  ];
  return parts.length === 0 ? [] : [`${name}: about ${parts.join(', ')}`];
}

const worthSaying = 60_000;

/** Says so when a figure is not of now. */
export function ageNote(name: string, { measuredAt }: StorageOutlook, now: Instant): readonly string[] {
  if (measuredAt === undefined || now - measuredAt < worthSaying) return [];
  return [`${name}: as measured ${lengthOf(now - measuredAt)} ago`];
}

function money(amount: number): string {
  return amount.toFixed(2);
}
