/** Bytes kept of the beginning, and as many of the end. */
const half = 32 * 1024;

/** Keeps the beginning and the end of what a command prints, at most 64 KiB however much it is. */
export class BoundedOutput {
  #head: Buffer = Buffer.alloc(0);
  #pieces: Buffer[] = [];
  #size = 0;
  #total = 0;

  add(piece: Buffer): void {
    this.#total += piece.length;
    const room = half - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, piece.subarray(0, room)]);
    if (piece.length > room) this.#addToTail(piece.subarray(room));
  }

  /** As it is, with a marker where bytes are left out. */
  text(): string {
    return this.#join(this.#head, this.#tail());
  }

  /**
   * For people: cut at line breaks only, so that a secret in it is whole and can be found and replaced. A line that is
   * longer than what is kept is left out.
   */
  lines(): string {
    const tail = this.#tail();
    if (this.#head.length + tail.length === this.#total) return this.text();
    const head = this.#head.subarray(0, this.#head.lastIndexOf('\n') + 1);
    const lineBreak = tail.indexOf('\n');
    return this.#join(head, tail.subarray(lineBreak < 0 ? tail.length : lineBreak + 1));
  }

  #addToTail(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    if (this.#size < 2 * half) return;
    this.#pieces = [this.#tail()];
    this.#size = half;
  }

  #tail(): Buffer {
    return Buffer.concat(this.#pieces).subarray(-half);
  }

  #join(head: Buffer, tail: Buffer): string {
    const leftOut = this.#total - head.length - tail.length;
    const marker = leftOut === 0 ? '' : `[... ${leftOut} bytes left out ...]\n`;
    return head.toString('utf8') + marker + tail.toString('utf8');
  }
}
