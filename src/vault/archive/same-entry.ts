import type { BytePath, Excluded } from '../../base/capture.ts';
import type { OpenFolder } from '../open-folder.ts';
import { joinPath } from '../open-folder.ts';
import { statInto } from '../posix-at.ts';
import type { TreeText } from '../tree/tree-text.ts';
import type { ArchiveContext } from './context.ts';
import { mayHaveAttributes } from './attributes.ts';
import { count } from './entry.ts';

/** A folder while its entries are saved. */
export interface SeenFolder {
  /** In the snapshot. */
  readonly path: BytePath;
  /** Undefined: it is not read itself. */
  readonly disk: { readonly folder: OpenFolder; readonly excluded: Excluded } | undefined;
  /** What roots name in it. */
  readonly target: { readonly children: ReadonlyMap<BytePath, unknown> } | undefined;
}

/**
 * Finds the number of the node that an entry has in the parent snapshot and has kept; the entry is counted then. -1: that
 * of a regular file differs, can't be told, or it is none: look closely. Names must be asked for in byte order.
 */
export function sameNodes(
  context: ArchiveContext,
  { path, disk, target }: SeenFolder,
  tree: TreeText | undefined,
): (name: BytePath) => number {
  if (tree === undefined || disk === undefined) return () => -1;
  const known: KnownFolder = { ...disk, path, tree };
  return (name) => (target?.children.has(name) === true ? -1 : sameNode(context, known, name));
}

interface KnownFolder {
  readonly path: BytePath;
  readonly folder: OpenFolder;
  readonly excluded: Excluded;
  readonly tree: TreeText;
}

function sameNode(context: ArchiveContext, known: KnownFolder, name: BytePath): number {
  const { tree, folder } = known;
  const { sameFile, look } = context;
  const node = tree.find(name);
  if (node === -1 || !sameFile.isFile(tree, node)) return -1;
  const entry = { folder: folder.fd, name, access: folder.child(name) };
  if (!statInto(look, entry) || !look.isFile || known.excluded(joinPath(known.path, name), false, look)) return -1;
  if (!sameFile.is(tree, node, look) || mayHaveAttributes(context.attributes, entry)) return -1;
  const { bytes } = look;
  context.totals.filesUnmodified += 1;
  context.tally.add(bytes);
  count(context, bytes);
  return node;
}
