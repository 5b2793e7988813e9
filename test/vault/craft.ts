import { snapshotJson } from '../../src/vault/snapshot.ts';
import type { Repository } from '../../src/vault/repository.ts';
import type { TreeNode } from '../../src/vault/tree/node.ts';
import { nodeJson, treeBytes } from '../../src/vault/tree/write.ts';

/** What a hostile writer, who has the passphrase, could put into a vault: any node under any name. */
export type Crafted = Partial<Omit<TreeNode, 'content' | 'subtree'>> & {
  readonly name: string;
  readonly text?: string;
  readonly entries?: readonly Crafted[];
};

/** Saves a snapshot with these entries in `/`; its id. */
export async function craftSnapshot(
  repository: Repository,
  entries: readonly Crafted[],
  paths: readonly string[] = ['/'],
): Promise<string> {
  const tree = await craftTree(repository, entries);
  await repository.flush();
  return await repository.saveJson('snapshots', snapshotJson({ time: 0, parent: undefined, tree, paths, tags: [] }));
}

async function craftTree(repository: Repository, entries: readonly Crafted[]): Promise<string> {
  const nodes: string[] = [];
  for (const entry of entries) nodes.push(nodeJson(await craftNode(repository, entry)));
  return (await repository.save('tree', treeBytes(nodes))).id;
}

async function craftNode(repository: Repository, crafted: Crafted): Promise<TreeNode> {
  const { text, entries, ...more } = crafted;
  const type = more.type ?? (entries === undefined ? 'file' : 'dir');
  const blob = text === undefined ? undefined : await repository.save('data', Buffer.from(text));
  const known = { mtime: 0n, atime: 0n, ctime: 0n, uid: 0, gid: 0, user: '', group: '', inode: 0n, deviceId: 0n };
  return {
    ...known,
    mode: type === 'dir' ? 2 ** 31 + 0o755 : 0o644,
    size: text?.length ?? 0,
    links: 1,
    linkTarget: undefined,
    attributes: [],
    device: 0n,
    ...more,
    type,
    content: type === 'file' ? (blob === undefined ? [] : [blob.id]) : undefined,
    subtree: entries === undefined ? undefined : await craftTree(repository, entries),
  };
}
