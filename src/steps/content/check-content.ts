import { compressedFormats } from './compressed.ts';
import { customDump, dumpFormats } from './dump.ts';
import { sound, type ContentFinding, type ContentFormat, type Pieces } from './finding.ts';
import { tar } from './tar.ts';
import { zip } from './zip.ts';

const headLength = 512;

/** Formats that are looked for inside compressed files too. */
const plain: readonly ContentFormat[] = [tar, zip, customDump, ...dumpFormats];

const formats: readonly ContentFormat[] = [...compressedFormats(checkInside), ...plain];

export type Recognised = { readonly name: string; readonly finding: ContentFinding };

/**
 * Reads a file to its end if its first bytes say that it is of a format that can be checked. Undefined when they don't.
 * `others` are asked first. Throws only what reading throws.
 */
export async function checkContent(
  pieces: Pieces,
  others: readonly ContentFormat[] = [],
): Promise<Recognised | undefined> {
  const { head, all, end } = await withHead(pieces);
  try {
    const format = [...others, ...formats].find((each) => each.matches(head));
    return format && { name: format.name, finding: await format.check(all) };
  } finally {
    await end();
  }
}

/** What is unpacked and is of no known format is read to its end: that it unpacks is the check. */
async function checkInside(pieces: Pieces): Promise<ContentFinding> {
  const { head, all, end } = await withHead(pieces);
  try {
    const format = plain.find((each) => each.matches(head));
    if (format === undefined) return await drain(all);
    const finding = await format.check(all);
    await drain(all);
    return finding.kind === 'sound' ? finding : { ...finding, detail: `${format.name} inside: ${finding.detail}` };
  } finally {
    await end();
  }
}

async function drain(pieces: Pieces): Promise<ContentFinding> {
  for await (const _ of pieces);
  return sound;
}

interface Opened {
  readonly head: Buffer;
  readonly all: Pieces;
  /** Reads no further. */
  readonly end: () => Promise<void>;
}

/** Looks at the first bytes without losing them. `all` goes on where it was left. */
async function withHead(pieces: Pieces): Promise<Opened> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  for (let length = 0; length < headLength;) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    first.push(value);
    length += value.length;
  }
  const all: Pieces = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const value = first.shift();
        return value === undefined ? await iterator.next() : { done: false, value };
      },
    }),
  };
  const head = Buffer.concat(first).subarray(0, headLength);
  return { head, all, end: async () => void (await iterator.return?.()) };
}
