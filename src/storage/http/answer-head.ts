/** The head of an answer of HTTP/1.1. */
export interface AnswerHead {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body, in bytes; or how its end is told: in itself, or by the end of the connection. */
  readonly length: number | 'chunked' | 'to-the-end';
}

/** Of the lines up to the empty one, in answer to a request that wants a body. Undefined: this is no such head. */
export function parseHead(text: string): AnswerHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
  const headers = parseHeaders(lines);
  const length = headers && lengthOf(status, headers);
  return Number.isNaN(status) || headers === undefined || length === undefined
    ? undefined
    : { status, headers, length };
}

/** Undefined when a line is none. */
function parseHeaders(lines: readonly string[]): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    const key = name.toLowerCase();
    headers[key] = Object.hasOwn(headers, key) ? `${headers[key]}, ${value}` : value;
  }
  return headers;
}

/** Of a body, in bytes: nothing that is read at once is longer, and memory is set aside for all of it. */
const lengthLimit = 2 ** 31;

/** Undefined: that can't be known (RFC 9112, section 6.3), or is too much. */
function lengthOf(status: number, headers: Readonly<Record<string, string>>): AnswerHead['length'] | undefined {
  const { 'transfer-encoding': encoding, 'content-length': length } = headers;
  if (status < 200 || status === 204 || status === 304) return 0;
  if (encoding !== undefined)
    return encoding.toLowerCase() === 'chunked' && length === undefined ? 'chunked' : undefined;
  if (length === undefined) return 'to-the-end';
  return /^\d{1,10}$/.test(length) && Number(length) <= lengthLimit ? Number(length) : undefined;
}
