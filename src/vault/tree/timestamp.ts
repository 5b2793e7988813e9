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
  return parseUsual(text) ?? parseAny(text);
}

function parseAny(text: string): Nanoseconds | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(ms)) return undefined;
  return BigInt(ms) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

const [dash, colon, letterT, letterZ, point, zero] = [0x2d, 0x3a, 0x54, 0x5a, 0x2e, 0x30];

/** Times in UTC, in the first 28 days of a month: a folder of a hundred files has three hundred to read. */
function parseUsual(text: string): Nanoseconds | undefined {
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash || text.charCodeAt(10) !== letterT) return undefined;
  if (text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return undefined;
  if (text.charCodeAt(text.length - 1) !== letterZ) return undefined;
  const [year, month, day] = [numberAt(text, 0, 4), numberAt(text, 5, 2), numberAt(text, 8, 2)];
  const [hour, minute, second] = [numberAt(text, 11, 2), numberAt(text, 14, 2), numberAt(text, 17, 2)];
  const rest = fractionOf(text);
  const isUsual = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!isUsual || !(hour < 24 && minute < 60 && second < 60) || Number.isNaN(rest)) return undefined;
  return BigInt(Date.UTC(year, month - 1, day, hour, minute, second) / 1000) * perSecond + BigInt(rest);
}

/** Nanoseconds. */
function fractionOf(text: string): number {
  const digits = text.length - 21;
  if (digits === -1) return 0;
  if (text.charCodeAt(19) !== point || digits < 1 || digits > 9) return Number.NaN;
  return numberAt(text, 20, digits) * 10 ** (9 - digits);
}

/** Not a number unless there are only digits. */
function numberAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i += 1) {
    const digit = text.charCodeAt(i) - zero;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
  }
  return value;
}
