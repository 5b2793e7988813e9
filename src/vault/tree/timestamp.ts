/** Nanoseconds since 1970-01-01T00:00:00Z. */
export type Nanoseconds = bigint;

const perSecond = 1_000_000_000n;
/** Years 0000 to 9999 are all that the format can hold. Other times are moved to its ends, as restic does. */
const earliest = -62_167_219_200n * perSecond;
const latest = 253_402_300_800n * perSecond - 1n;
const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 as Go prints it: the local zone's offset at that instant, nanoseconds without trailing zeros. */
export function formatTime(time: Nanoseconds): string {
  const value = time < earliest ? earliest : time > latest ? latest : time;
  const rest = ((value % perSecond) + perSecond) % perSecond;
  const seconds = Number((value - rest) / perSecond);
  const offset = offsetMinutes(seconds);
  const local = new Date((seconds + offset * 60) * 1000).toISOString().slice(0, -5);
  return local + fraction(rest) + zone(offset);
}

/**
 * Offset of the local zone. Where it has seconds (local mean time, before about 1900) the format would lose them:
 * then, or where it would leave the four-digit years, the same instant is given in UTC.
 */
function offsetMinutes(seconds: number): number {
  const date = new Date(seconds * 1000);
  const year = date.getFullYear();
  const whole = date.getSeconds() === date.getUTCSeconds();
  return whole && year >= 0 && year <= 9999 ? -date.getTimezoneOffset() : 0;
}

function fraction(nanoseconds: bigint): string {
  return nanoseconds === 0n ? '' : `.${nanoseconds.toString().padStart(9, '0').replace(/0+$/, '')}`;
}

function zone(offset: number): string {
  if (offset === 0) return 'Z';
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, '0');
}

/** Undefined when the text is no RFC 3339 time. Any offset is understood. */
export function parseTime(text: string): Nanoseconds | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(ms)) return undefined;
  return BigInt(ms) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}
