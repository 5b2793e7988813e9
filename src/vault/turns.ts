/** Work that is done one after the other, in the order in which it was asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #open = 0;

  /** True while there is work that is not done. */
  get isBusy(): boolean {
    return this.#open > 0;
  }

  /** Throws what the work throws; the next one has its turn all the same. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    this.#open += 1;
    const turn = this.#last.then(work).finally(() => (this.#open -= 1));
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}
