const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
};

/** `512B`, `10MiB`, `1.5TiB` in bytes; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(B|[KMGTP]iB)$/.exec(text);
  if (!match) return undefined;
  return Math.round(Number(match[1]) * (unitBytes[match[2] ?? ''] ?? 0));
}

/** `500KiB/s`, `50MiB/s` in bytes a second; undefined when it is none. */
export function parseRate(text: string): number | undefined {
  return text.endsWith('/s') ? parseSize(text.slice(0, -2)) : undefined;
}

/** For people: `0 B`, `12.3 MiB`. */
export function formatSize(bytes: number): string {
  const names = Object.keys(unitBytes);
  let power = 0;
  let value = bytes;
  while (value >= 1023.95 && power < names.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${power === 0 ? value : value.toFixed(1)} ${names[power] ?? 'B'}`;
}
