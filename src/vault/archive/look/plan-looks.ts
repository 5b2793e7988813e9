import type { BytePath } from '../../../base/capture.ts';
import type { OpenFolder } from '../../open-folder.ts';
import type { TreeText } from '../../tree/tree-text.ts';
import type { ArchiveContext } from '../context.ts';
import type { Ticket } from './look-crew.ts';
import type { FolderLook, LookCounts, LookRules } from './looker.ts';
import type { CaptureRules } from '../../../base/capture.ts';

/** A folder whose own folders may be looked at ahead of the walk. */
export interface WalkedPlace {
  readonly path: BytePath;
  readonly disk:
    | (LookRules & { readonly folder: OpenFolder; readonly elsewhere?: CaptureRules | undefined })
    | undefined;
  /** What roots name in it. */
  readonly target: { readonly children: ReadonlyMap<BytePath, unknown> } | undefined;
}

/** What is known of the folders in a folder, or will be once it is asked for. */
export class PlannedLooks {
  readonly #context: ArchiveContext;
  readonly #look: FolderLook | undefined;
  readonly #tickets: ReadonlyMap<BytePath, Ticket>;

  constructor(context: ArchiveContext, look: FolderLook | undefined, tickets: ReadonlyMap<BytePath, Ticket>) {
    this.#context = context;
    this.#look = look;
    this.#tickets = tickets;
  }

  /** At once where there is nothing to wait for. */
  of(name: BytePath): FolderLook | undefined | Promise<FolderLook | undefined> {
    const known = this.#look?.below.get(name);
    const ticket = known === undefined ? this.#tickets.get(name) : undefined;
    return ticket === undefined ? known : this.#context.looks?.result(ticket);
  }

  /** Of a folder that was removed nobody has asked. */
  end(): void {
    this.#context.looks?.drop(this.#tickets.values());
  }
}

/** `look`: what is known of the folder itself; then only what needs a closer look is planned. */
export function planLooks(
  context: ArchiveContext,
  place: WalkedPlace,
  { tree, look }: { readonly tree: TreeText | undefined; readonly look: FolderLook | undefined },
): PlannedLooks {
  const { disk, target } = place;
  const elsewhere = disk?.elsewhere;
  const tickets = new Map<BytePath, Ticket>();
  if (!context.looks || !tree || !disk || !elsewhere || (target?.children.size ?? 0) > 0)
    return new PlannedLooks(context, look, tickets);
  const rules = { excluded: disk.excluded, enter: disk.enter, elsewhere };
  const of = { fd: disk.folder.fd, prefix: disk.folder.child(''), path: place.path, rules };
  const unsure = look && new Set(look.entries);
  const subfolders = foldersIn(context, tree).filter(
    ({ name }) => unsure === undefined || (unsure.has(name) && !look?.below.has(name)),
  );
  for (const ticket of context.looks.plan(of, subfolders)) tickets.set(ticket.subfolder.name, ticket);
  return new PlannedLooks(context, look, tickets);
}

function foldersIn(
  { sameFile }: ArchiveContext,
  tree: TreeText,
): readonly { readonly name: BytePath; readonly text: string }[] {
  const found: { name: BytePath; text: string }[] = [];
  for (let node = 0; node < tree.count; node += 1) {
    if (!sameFile.isFolder(tree, node)) continue;
    const name = tree.nameOf(node);
    if (name !== undefined)
      found.push({ name, text: tree.bytes.toString('latin1', tree.startOf(node), tree.endOf(node)) });
  }
  return found;
}

/** What was looked at and has not changed is in the snapshot as it was. */
export function addLooked({ totals, tally }: ArchiveContext, counts: LookCounts): void {
  totals.files += counts.files;
  totals.filesUnmodified += counts.filesUnmodified;
  totals.folders += counts.folders;
  totals.bytesTotal += counts.bytes;
  tally.add(counts.bytes, counts.files);
}
