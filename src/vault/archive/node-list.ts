/** JSON of a node; undefined for what is not in the snapshot; else something that will be known later. */
export type Saved = string | undefined | PendingNode | LaterNode;

export interface PendingNode {
  readonly pending: Promise<string | undefined>;
}

export function isPending(saved: Saved): saved is PendingNode {
  return typeof saved === 'object' && 'pending' in saved;
}

/** The node of a file that somebody will read. There may be very many: this is much less work than a promise. */
export class LaterNode {
  #settle: ((node: string | undefined) => void) | undefined;
  #isSettled = false;
  #node: string | undefined;

  /** For the one who waits. After a fault of the store nothing is settled any more: the backup ends. */
  onSettled(settle: (node: string | undefined) => void): void {
    if (this.#isSettled) settle(this.#node);
    else this.#settle = settle;
  }

  settle(node: string | undefined): void {
    this.#isSettled = true;
    this.#node = node;
    this.#settle?.(node);
  }

  asPending(): PendingNode {
    return { pending: new Promise((resolve) => this.onSettled(resolve)) };
  }
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
    this.#nodes.push(typeof saved === 'object' ? undefined : saved);
    if (typeof saved === 'object') this.#expect(place, saved);
  }

  get isComplete(): boolean {
    return this.#pending === 0;
  }

  /** Those that are known by now. */
  get nodes(): readonly (string | undefined)[] {
    return this.#nodes;
  }

  /** For when all are added. Rejects as soon as one of them does. */
  async whenComplete(): Promise<readonly string[]> {
    this.#isClosed = true;
    if (!this.isComplete) await this.#complete.promise;
    return this.#nodes.filter((node) => node !== undefined);
  }

  #expect(place: number, later: PendingNode | LaterNode): void {
    this.#pending += 1;
    const settle = (node: string | undefined): void => {
      this.#nodes[place] = node;
      this.#pending -= 1;
      if (this.#pending === 0 && this.#isClosed) this.#complete.resolve();
    };
    if (later instanceof LaterNode) later.onSettled(settle);
    else later.pending.then(settle, this.#complete.reject);
  }
}
