import type { TreeText } from '../tree/tree-text.ts';

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
  /** The same folder in the parent snapshot. */
  readonly #known: TreeText | undefined;
  /** A number: of a node of the parent snapshot. */
  readonly #nodes: (string | number | undefined)[] = [];
  readonly #complete = Promise.withResolvers<void>();
  #pending = 0;
  /** Nothing is added any more: before that, having nothing to wait for means nothing. */
  #isClosed = false;

  constructor(known?: TreeText) {
    this.#known = known;
    // Whoever awaits it gets the fault; until then nobody does.
    this.#complete.promise.catch(() => undefined);
  }

  add(saved: Saved): void {
    const place = this.#nodes.length;
    this.#nodes.push(typeof saved === 'object' ? undefined : saved);
    if (typeof saved === 'object') this.#expect(place, saved);
  }

  /** The node of the parent snapshot that has this number. */
  addKnown(node: number): void {
    this.#nodes.push(node);
  }

  get isComplete(): boolean {
    return this.#pending === 0;
  }

  /** True when all that is known by now are the nodes of the parent snapshot, letter for letter. */
  get areKnown(): boolean {
    const tree = this.#known;
    if (tree === undefined) return false;
    let next = 0;
    for (const node of this.#nodes) {
      if (node === undefined) continue;
      if (node !== next && node !== tree.textOf(next)) return false;
      next += 1;
    }
    return next === tree.count;
  }

  /** For when all are added. Rejects as soon as one of them does. */
  async whenComplete(): Promise<readonly string[]> {
    this.#isClosed = true;
    if (!this.isComplete) await this.#complete.promise;
    return this.#nodes.filter((node) => node !== undefined).map((node) => this.#textOf(node));
  }

  #textOf(node: string | number): string {
    return typeof node === 'string' ? node : (this.#known?.textOf(node) ?? '');
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
