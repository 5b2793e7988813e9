import type { Id } from '../id.ts';

/** Kinds of objects that are named by the SHA-256 of their stored bytes. */
export type ObjectKind = 'snapshots' | 'locks' | 'index' | 'data' | 'keys';

export const configName = 'config';

export function objectName(kind: ObjectKind, id: Id): string {
  return kind === 'data' ? `data/${id.slice(0, 2)}/${id}` : `${kind}/${id}`;
}

/** The id in a name; undefined for what is no object of this kind, such as restic's own temporary files. */
export function idInName(kind: ObjectKind, name: string): Id | undefined {
  const id = name.slice(name.lastIndexOf('/') + 1);
  return /^[0-9a-f]{64}$/.test(id) && name === objectName(kind, id) ? id : undefined;
}

/** The folders of a repository, in the layout that restic makes for local storage. */
export function repositoryFolders(): readonly string[] {
  const packs = Array.from({ length: 256 }, (_, byte) => `data/${byte.toString(16).padStart(2, '0')}/`);
  return [...packs, 'index/', 'keys/', 'locks/', 'snapshots/'];
}
