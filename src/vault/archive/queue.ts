/** What was first put in is first taken out; however long it is, that costs the same. */
export class Queue<T> {
  #items: T[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The one that stands behind so many others. */
  at(place: number): T | undefined {
    return this.#items[this.#taken + place];
  }

  /** The first ones, as many as there are. */
  take(count: number): T[] {
    const items = this.#items.slice(this.#taken, this.#taken + count);
    this.#taken += items.length;
    if (this.#taken >= mostGone) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return items;
  }
}

/** Places of what was taken that are kept. */
const mostGone = 256;
