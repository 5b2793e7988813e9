import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import type { Node } from '../read/node.ts';

const known = new Map<string, boolean>();

/** Reports a name that the platform's zone data does not have. Offsets such as `+02:00` are no names of zones. */
export function checkTimezone(node: Node, name: string, problems: Problems): void {
  let sound = known.get(name);
  if (sound === undefined) known.set(name, (sound = isTimezone(name)));
  if (sound) return;
  const meant = problems.suggest(name, new Set(Intl.supportedValuesOf('timeZone')));
  problems.error({
    code: 'bad-timezone',
    at: node,
    message: `${quote(name)} is not a time zone`,
    hint: meant === undefined ? 'Write an IANA name: `Europe/Berlin`, `UTC`.' : `Did you mean ${quote(meant)}?`,
  });
}

function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
