const named = 5;

/** Counts what is wrong and names the first few. */
export class Findings {
  count = 0;
  readonly #first: string[] = [];

  add(what: string): void {
    this.count += 1;
    if (this.#first.length < named) this.#first.push(what);
  }

  /** `3 folders are lost: /a, /b, /c`. */
  describe(what: string): string {
    const more = this.count > this.#first.length ? ` and ${this.count - this.#first.length} more` : '';
    return `${this.count} ${what}: ${this.#first.join('; ')}${more}`;
  }
}
