export interface Redactor {
  remember(value: string): void;
  readonly redact: (text: string) => string;
}

/** Shorter values would turn ordinary text into `[secret]`. */
const shortest = 4;
/** Of a part of an encoded value, which is a guess. */
const shortestPart = 6;

/** Replaces remembered values in texts: as they are, in base64 (also inside of a longer text), in URLs and in JSON. */
export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    remember: (value) => {
      for (const form of formsOf(value)) forms.add(form);
      pattern = patternOf(forms);
    },
    redact: (text) => (pattern === undefined ? text : text.replace(pattern, '[secret]')),
  };
}

function formsOf(value: string): readonly string[] {
  if (value.length < shortest) return [];
  const lines = value.split(/\r?\n/).filter((line) => line.length >= 8);
  return [value, ...lines].flatMap((text) => [text, ...base64Of(text), ...urlOf(text), jsonOf(text)]);
}

/** Longest first, so that no rest of a longer value stays. */
function patternOf(forms: ReadonlySet<string>): RegExp | undefined {
  if (forms.size === 0) return undefined;
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(ordered.map(literal).join('|'), 'g');
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Whole, and the digits that stay the same wherever the value begins in a longer text: `user:value` of basic auth. */
function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const parts = [0, 1, 2].map((offset) => stableDigits(bytes, offset)).filter((part) => part.length >= shortestPart);
  const all = [bytes.toString('base64'), bytes.toString('base64').replace(/=+$/, ''), ...parts];
  return [...all, ...all.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Base64 of `offset` unknown bytes and then `bytes`, without the digits that its neighbours have a share in. */
function stableDigits(bytes: Buffer, offset: number): string {
  const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const from = Math.ceil((offset * 8) / 6);
  const until = Math.floor(((offset + bytes.length) * 8) / 6);
  return digits.slice(from, until);
}

function urlOf(text: string): readonly string[] {
  const encoded = encodeURIComponent(text.toWellFormed());
  const lower = encoded.replaceAll(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  return [encoded, lower, encoded.replaceAll('%20', '+')];
}

function jsonOf(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
