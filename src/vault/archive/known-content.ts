import type { EntryStats } from '../posix-at.ts';
import type { Id, Repository } from '../repository.ts';
import type { TreeNode } from '../tree/node.ts';

/** Chunks of the same file in the parent snapshot, when nothing tells that it changed and all of them are stored. */
export function unchangedContent(
  repository: Repository,
  previous: TreeNode | undefined,
  stats: EntryStats,
): readonly Id[] | undefined {
  if (previous?.content === undefined) return undefined;
  const same =
    BigInt(previous.size) === stats.size &&
    previous.mtime === stats.mtimeNs &&
    previous.ctime === stats.ctimeNs &&
    previous.inode === stats.ino;
  return same && previous.content.every((id) => repository.has('data', id)) ? previous.content : undefined;
}

/** A file with several names that was read. */
export interface LinkedFile {
  readonly stats: Pick<EntryStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>;
  readonly content: readonly Id[];
}

/** How many names of one file are remembered at most, so that memory does not grow with the source. */
const limit = 20_000;

/** Content of files with several names that this backup has read already: the second name need not be read. */
export class HardLinks {
  readonly #read = new Map<string, LinkedFile>();
  readonly #inWork = new Set<string>();

  contentOf(stats: EntryStats): readonly Id[] | undefined {
    if (stats.nlink < 2n) return undefined;
    const known = this.#read.get(keyOf(stats));
    return known !== undefined && sameVersion(known.stats, stats) ? known.content : undefined;
  }

  remember(linked: LinkedFile): void {
    if (this.#read.size < limit) this.#read.set(keyOf(linked.stats), linked);
  }

  /** True while another name of the file is being read. */
  isInWork(stats: EntryStats): boolean {
    return stats.nlink > 1n && this.#inWork.has(keyOf(stats));
  }

  begin(stats: EntryStats): void {
    if (stats.nlink > 1n) this.#inWork.add(keyOf(stats));
  }

  end(stats: EntryStats): void {
    if (stats.nlink > 1n) this.#inWork.delete(keyOf(stats));
  }
}

function keyOf(stats: LinkedFile['stats']): string {
  return `${stats.dev}:${stats.ino}`;
}

/** True when nothing that `stat` shows tells of a write between the two. */
export function sameVersion(before: FileVersion, after: FileVersion): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
}

type FileVersion = Pick<EntryStats, 'size' | 'mtimeNs' | 'ctimeNs'>;
