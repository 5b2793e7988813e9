import type { MusterEventBody } from '../journal/event.ts';

/**
 * What is compared and looked up, and comes from the plan or from muster itself. Everything else that is a text may
 * repeat what a program printed or a server answered, and goes through `redact`.
 */
const identities = new Set([
  'type',
  'run',
  'step',
  'id',
  'kind',
  'mode',
  'status',
  'code',
  'because',
  'severity',
  'planHash',
  'needs',
  'system',
  'backup',
  'level',
  'storage',
  'listener',
  'of',
]);

/** The event with every text in it redacted. A `redact` that throws withholds the text: nothing gets past it. */
export function redacted(body: MusterEventBody, redact: (text: string) => string): MusterEventBody {
  // Only texts are replaced, by texts: the shape stays.
  return redactedValue(body, (text) => withheldOnFault(text, redact)) as MusterEventBody;
}

function redactedValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactedValue(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, identities.has(key) ? inner : redactedValue(inner, redact)]),
  );
}

function withheldOnFault(text: string, redact: (text: string) => string): string {
  try {
    return redact(text);
  } catch {
    return '(withheld: it could not be searched for secrets)';
  }
}
