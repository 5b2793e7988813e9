import { readdirSync, readlinkSync } from 'node:fs';
import type { BytePath, CaptureRoot } from '../../../base/capture.ts';
import type { OpenFolder } from '../../open-folder.ts';
import { joinPath, nativePath, openFolder } from '../../open-folder.ts';
import type { EntryAt } from '../../posix-at.ts';
import { EntryLook, statAt, statInto } from '../../posix-at.ts';
import type { Id } from '../../repository.ts';
import { TreeText } from '../../tree/tree-text.ts';
import { nodeJson } from '../../tree/write.ts';
import { mayHaveAttributes } from '../attributes.ts';
import type { ReadAttributes } from '../attributes.ts';
import { nodeOf } from '../node-of.ts';
import type { Owners } from '../owners.ts';
import type { SameFile } from '../same-file.ts';
import type { ReadTree } from './tree-reader.ts';

/** Folders of the parent snapshot that lie in one folder of the source. */
export interface LookTask {
  /** The open folder they lie in. */
  readonly fd: number;
  /** That folder, for calls. */
  readonly prefix: BytePath;
  /** And in the snapshot. */
  readonly path: BytePath;
  readonly subfolders: readonly KnownSubfolder[];
}

export interface KnownSubfolder {
  readonly name: BytePath;
  /** Its node in the parent snapshot; one character is one byte. */
  readonly text: string;
}

/** `later`: there was no time for it. Undefined: whoever saves it has to look by himself. */
export type LookResult = FolderLook | 'later' | undefined;

/** What a folder is, compared with the parent snapshot. It can be sent from one thread to another. */
export interface FolderLook {
  /** True when its node is the same, and so is all below it. */
  readonly isSame: boolean;
  /** Which folder it was that was looked at. */
  readonly dev: bigint;
  readonly ino: bigint;
  /** In order: numbers of nodes that are as they were, and names of what needs a closer look. */
  readonly entries: readonly (number | BytePath)[];
  /** True when all nodes are as they were. */
  readonly isContentSame: boolean;
  /** Folders among those names that were looked at. */
  readonly below: ReadonlyMap<BytePath, FolderLook>;
  /** What is as it was: in it, and in those of its folders that are the same. */
  readonly counts: LookCounts;
}

export interface LookCounts {
  files: number;
  filesUnmodified: number;
  folders: number;
  bytes: number;
}

/** What a root says of the entries below it. */
export type LookRules = Pick<CaptureRoot & { readonly kind: 'tree' }, 'excluded' | 'enter'>;

export interface LookerOptions {
  readonly sameFile: SameFile;
  readonly owners: Owners;
  readonly attributes: ReadAttributes | undefined;
  readonly readTree: ReadTree;
}

/** Entries that are looked at before the rest is left for later: some 10 ms. */
const enough = 1500;
/** Folders that are open at a time. */
const deepest = 64;
/** Larger folders are for those who can pause. */
const largest = 20_000;

/** Compares folders, with all below them, with the parent snapshot; it changes nothing and counts nothing elsewhere. */
export class Looker {
  readonly #options: LookerOptions;
  readonly #look = new EntryLook();
  /** Entries that it has looked at. */
  seen = 0;
  #left = 0;
  #open = 0;

  constructor(options: LookerOptions) {
    this.#options = options;
  }

  run({ fd, prefix, path, subfolders }: LookTask, rules: LookRules): readonly LookResult[] {
    this.#left = enough;
    return subfolders.map(({ name, text }) => {
      if (this.#left <= 0) return 'later';
      const tree = TreeText.of(Buffer.from(`{"nodes":[${text}]}\n`, 'latin1'));
      const place = { folder: fd, access: prefix + name, name, path: joinPath(path, name), rules };
      return tree && tree.count === 1 ? this.#lookAt(place, tree, 0) : undefined;
    });
  }

  /** Any fault is for the main thread to meet, and to tell. */
  #lookAt(place: Subfolder, tree: TreeText, node: number): FolderLook | undefined {
    try {
      if (!statInto(this.#look, place) || place.rules.excluded(place.path, true, this.#look)) return undefined;
      const folder = openFolder(place.access, 'refuse');
      this.#open += 1;
      try {
        return this.#lookInto({ ...place, open: folder }, tree, node);
      } finally {
        folder.close();
        this.#open -= 1;
      }
    } catch {
      return undefined;
    }
  }

  #lookInto({ open, path, rules }: OpenSubfolder, tree: TreeText, node: number): FolderLook | undefined {
    const self = { folder: open.fd, name: '.', access: open.self };
    const id = subtreeOf(tree, node);
    const look = this.#look;
    if (id === undefined || !statInto(look, self)) return undefined;
    const { dev, ino, size } = look;
    const { sameFile, attributes, readTree } = this.#options;
    const isSelfSame =
      sameFile.isFolder(tree, node) &&
      sameFile.isButForContent(tree, node, look) &&
      !mayHaveAttributes(attributes, self);
    const names = readdirSync(nativePath(open.self), 'latin1').sort();
    this.#left -= names.length + 1;
    this.seen += names.length;
    const child = (name: BytePath): BytePath => open.child(name);
    if (names.length > largest || rules.enter?.({ path, names, child, facts: { dev, ino, size } })) return undefined;
    const known = TreeText.of(readTree(id) ?? Buffer.alloc(0));
    if (known === undefined) return undefined;
    const found = new Found();
    for (const name of names) this.#compare({ folder: open, path, rules, known, found }, name);
    const isContentSame = found.isAll(known.count);
    const { entries, below, counts } = found;
    return {
      isSame: isSelfSame && isContentSame,
      isContentSame,
      dev,
      ino,
      entries: isContentSame ? [] : entries,
      below,
      counts,
    };
  }

  #compare(seen: SeenFolder, name: BytePath): void {
    const { folder, known, found, rules } = seen;
    const path = joinPath(seen.path, name);
    const entry = { folder: folder.fd, name, access: folder.child(name) };
    const look = this.#look;
    const node = known.find(name);
    if (!statInto(look, entry)) found.unsure(name);
    else if (node === -1) {
      if (!rules.excluded(path, look.isFolder, look)) found.unsure(name);
    } else if (look.isFolder) this.#compareFolder({ ...entry, path, rules }, seen, node);
    else if (rules.excluded(path, false, look) || mayHaveAttributes(this.#options.attributes, entry))
      found.unsure(name);
    else if (look.isFile) this.#compareFile(seen, name, node);
    else if (look.isLink && this.#linkText(entry) === known.textOf(node)) found.same(node, { files: 1 });
    else found.unsure(name);
  }

  #compareFile({ known, found }: SeenFolder, name: BytePath, node: number): void {
    const { sameFile } = this.#options;
    if (!sameFile.isFile(known, node) || !sameFile.is(known, node, this.#look)) found.unsure(name);
    else found.same(node, { files: 1, filesUnmodified: 1, bytes: this.#look.bytes });
  }

  #compareFolder(place: Subfolder, { known, found }: SeenFolder, node: number): void {
    const goesOn = this.#left > 0 && this.#open < deepest;
    const look = goesOn && this.#options.sameFile.isFolder(known, node) ? this.#lookAt(place, known, node) : undefined;
    if (look?.isSame) found.same(node, { ...look.counts, folders: look.counts.folders + 1 });
    else found.unsure(place.name, look);
  }

  #linkText(entry: EntryAt): string {
    const linkTarget = readlinkSync(nativePath(entry.access), 'latin1');
    return nodeJson({ ...nodeOf(entry.name, statAt(entry), this.#options.owners), linkTarget });
  }
}

interface Subfolder extends EntryAt {
  readonly path: BytePath;
  readonly rules: LookRules;
}

interface OpenSubfolder extends Subfolder {
  readonly open: OpenFolder;
}

interface SeenFolder {
  readonly folder: OpenFolder;
  readonly path: BytePath;
  readonly rules: LookRules;
  readonly known: TreeText;
  readonly found: Found;
}

class Found {
  readonly entries: (number | BytePath)[] = [];
  readonly below = new Map<BytePath, FolderLook>();
  readonly counts: LookCounts = { files: 0, filesUnmodified: 0, folders: 0, bytes: 0 };
  #inOrder = true;

  same(node: number, counts: Partial<LookCounts>): void {
    this.#inOrder &&= node === this.entries.length;
    this.entries.push(node);
    addCounts(this.counts, counts);
  }

  unsure(name: BytePath, look?: FolderLook): void {
    this.#inOrder = false;
    this.entries.push(name);
    if (look !== undefined) this.below.set(name, look);
  }

  isAll(count: number): boolean {
    return this.#inOrder && this.entries.length === count;
  }
}

function addCounts(
  to: LookCounts,
  { files = 0, filesUnmodified = 0, folders = 0, bytes = 0 }: Partial<LookCounts>,
): void {
  to.files += files;
  to.filesUnmodified += filesUnmodified;
  to.folders += folders;
  to.bytes += bytes;
}

const endOfFolder = /,"subtree":"([0-9a-f]{64})"\}$/;

function subtreeOf(tree: TreeText, node: number): Id | undefined {
  const end = tree.endOf(node);
  return endOfFolder.exec(tree.bytes.toString('latin1', end - 80, end))?.[1];
}
