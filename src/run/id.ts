import { randomBytes } from 'node:crypto';
import type { Instant } from '../base/clock.ts';

/** `20261120T101500Z-7f3a9c`: the second it starts in, UTC, so that ids sort by time, and 24 random bits. */
export function newRunId(now: Instant): string {
  const second = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${second}-${randomBytes(3).toString('hex')}`;
}
