import { type AnswerHead, parseHead } from './answer-head.ts';
import { dechunked } from './chunked.ts';

export interface WholeAnswer {
  readonly head: AnswerHead;
  readonly body: Buffer;
}

/** A longer head comes from no server of objects. In bytes. */
const headLimit = 2 ** 14;

/** Read at a time where the length of the body is not known before. */
const pieceLength = 2 ** 16;

/** The longest such body: answers that say what is wrong, and objects of servers that don't say how long they are. */
const unknownLimit = 2 ** 28;

/**
 * An answer that is on its way. A body of known length goes straight to the memory where it is wanted. Whoever uses it writes
 * what comes next into `room()`, and then tells with `take` how much that was.
 */
export class Incoming {
  #bytes = Buffer.allocUnsafeSlow(headLimit);
  #filled = 0;
  #head: AnswerHead | undefined;

  /** True when nothing has come. */
  get silent(): boolean {
    return this.#filled === 0 && this.#head === undefined;
  }

  room(): Buffer {
    if (this.#filled === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#filled * 2 + pieceLength);
    return this.#bytes.subarray(this.#filled);
  }

  /** The answer when it is whole. Throws an `Error` when it is none, or more came than belongs to it. */
  take(count: number): WholeAnswer | undefined {
    this.#filled += count;
    return this.#head === undefined ? this.#takeHead() : this.#whole(this.#head);
  }

  /** The answer, where the end of the connection is its end. */
  end(): WholeAnswer | undefined {
    return this.#head?.length === 'to-the-end' ? { head: this.#head, body: this.#content() } : undefined;
  }

  #takeHead(): WholeAnswer | undefined {
    const end = this.#content().indexOf('\r\n\r\n');
    if (end === -1 && this.#filled < headLimit) return undefined;
    const head = parseHead(this.#bytes.toString('latin1', 0, end));
    if (end === -1 || head === undefined) throw new Error('what the server sent is no answer of HTTP/1.1');
    const rest = this.#bytes.subarray(end + 4, this.#filled);
    this.#bytes = Buffer.allocUnsafeSlow(
      Math.max(rest.length, typeof head.length === 'number' ? head.length : pieceLength),
    );
    this.#filled = rest.copy(this.#bytes);
    if (head.status < 200) return this.#goOn();
    this.#head = head;
    return this.#whole(head);
  }

  /** The answer itself comes after one that is only preliminary. */
  #goOn(): WholeAnswer | undefined {
    const rest = this.#content();
    this.#bytes = Buffer.concat([rest], headLimit);
    return rest.length === 0 ? undefined : this.#takeHead();
  }

  #whole(head: AnswerHead): WholeAnswer | undefined {
    if (typeof head.length !== 'number' && this.#filled > unknownLimit)
      throw new Error('the server sent a body that does not end');
    if (head.length === 'to-the-end') return undefined;
    const body = head.length === 'chunked' ? dechunked(this.#content()) : this.#content();
    if (body === undefined || (head.length !== 'chunked' && body.length < head.length)) return undefined;
    if (head.length !== 'chunked' && body.length > head.length) throw new Error('the server sent more than it said');
    return { head, body };
  }

  #content(): Buffer {
    return this.#bytes.subarray(0, this.#filled);
  }
}
