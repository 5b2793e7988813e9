import type { Instant } from '../../../base/clock.ts';

/** Bytes of the longest name that a server keeps. */
const longestName = 63;

/** `shop.restoring-20261120T101500Z`: a name beside that of a database. */
export function nameBeside(name: string, what: 'restoring' | 'restored' | 'before-restore', now: Instant): string {
  const end = `.${what}-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  return `${cut(name, longestName - end.length)}${end}`;
}

/** At the end of a character. */
function cut(name: string, bytes: number): string {
  return Buffer.from(name)
    .subarray(0, bytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}
