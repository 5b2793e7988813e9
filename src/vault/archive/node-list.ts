/** JSON of a node; undefined for what is not in the snapshot; a promise of it where a file is still to be read. */
export type Saved = string | undefined | PendingNode;

export interface PendingNode {
  readonly pending: Promise<string | undefined>;
}

export function isPending(saved: Saved): saved is PendingNode {
  return typeof saved === 'object';
}

/** The nodes of a folder, in order, while some of them are still being made. */
export class NodeList {
  readonly #nodes: (string | undefined)[] = [];
  readonly #complete = Promise.withResolvers<void>();
  #pending = 0;
  /** Nothing is added any more: before that, having nothing to wait for means nothing. */
  #isClosed = false;

  constructor() {
    // Whoever awaits it gets the fault; until then nobody does.
    this.#complete.promise.catch(() => undefined);
  }

  add(saved: Saved): void {
    const place = this.#nodes.length;
    this.#nodes.push(isPending(saved) ? undefined : saved);
    if (isPending(saved)) this.#expect(place, saved.pending);
  }

  get isComplete(): boolean {
    return this.#pending === 0;
  }

  /** For when all are added. Rejects as soon as one of them does. */
  async whenComplete(): Promise<readonly string[]> {
    this.#isClosed = true;
    if (!this.isComplete) await this.#complete.promise;
    return this.#nodes.filter((node) => node !== undefined);
  }

  #expect(place: number, pending: Promise<string | undefined>): void {
    this.#pending += 1;
    const settle = (node: string | undefined): void => {
      this.#nodes[place] = node;
      this.#pending -= 1;
      if (this.#pending === 0 && this.#isClosed) this.#complete.resolve();
    };
    pending.then(settle, this.#complete.reject);
  }
}
