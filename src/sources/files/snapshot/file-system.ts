import type { BytePath, EntryFacts } from '../../../base/capture.ts';

/** A read-only view of files as of one moment, made by their file system. */
export interface FileSystemView {
  /** Where a path of the original is found in it. */
  at(path: BytePath): BytePath;
  /** True for an empty folder that stands for what the snapshot does not hold. */
  readonly lacks?: ((facts: EntryFacts) => boolean) | undefined;
  /** Throws `snapshot-tool-failed`. */
  remove(): Promise<void>;
}

export interface ViewRequest {
  /** Each exists; text, because tools take no other names. */
  readonly paths: readonly string[];
  /** The same for every backup of these paths, so that what a killed one left behind is found. */
  readonly name: string;
  /** An empty folder, for mounting. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

export type MakeView = (request: ViewRequest) => Promise<FileSystemView>;

/** Making or removing a snapshot should take seconds. */
export const toolTime = 180_000;

/** Paths by what they lie on. */
export async function grouped<T extends { readonly key: string }>(
  paths: readonly string[],
  lookUp: (path: string) => Promise<T>,
): Promise<ReadonlyMap<string, { readonly on: T; readonly paths: readonly string[] }>> {
  const groups = new Map<string, { readonly on: T; readonly paths: string[] }>();
  for (const path of paths) {
    const on = await lookUp(path);
    const group = groups.get(on.key);
    if (group) group.paths.push(path);
    else groups.set(on.key, { on, paths: [path] });
  }
  return groups;
}

/** Tries all, then throws what the first fault was. */
export async function removeAll(removals: readonly (() => Promise<void>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const remove of removals.toReversed()) await remove().catch((error: unknown) => faults.push(error));
  if (faults.length > 0) throw faults[0];
}
