import type { Id, Repository } from '../repository.ts';
import { loadTree } from './load.ts';

export interface Totals {
  readonly files: number;
  /** Of all files. */
  readonly bytes: number;
}

/** Files and bytes below trees. What two snapshots share is looked at once, so many are no more work than all folders. */
export class TreeTotals {
  readonly #repository: Repository;
  readonly #known = new Map<Id, Totals>();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** Throws what loading a tree throws. */
  async of(tree: Id): Promise<Totals> {
    const known = this.#known.get(tree) ?? (await this.#count(tree));
    this.#known.set(tree, known);
    return known;
  }

  async #count(tree: Id): Promise<Totals> {
    let [files, bytes] = [0, 0];
    for (const { type, size, subtree } of await loadTree(this.#repository, tree)) {
      const below = subtree === undefined ? { files: type === 'file' ? 1 : 0, bytes: size } : await this.of(subtree);
      files += below.files;
      bytes += below.bytes;
    }
    return { files, bytes };
  }
}
