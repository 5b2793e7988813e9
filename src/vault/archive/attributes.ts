import type { BytePath } from '../../base/capture.ts';
import type { EntryAt } from '../posix-at.ts';
import { hasNoAttributes } from '../posix-at.ts';
import type { ExtendedAttribute } from '../tree/node.ts';

export type ReadAttributes = (path: BytePath) => readonly ExtendedAttribute[];

/** What can't be read is told by whoever looks closely. */
export function mayHaveAttributes(attributes: ReadAttributes | undefined, entry: EntryAt): boolean {
  if (attributes === undefined || hasNoAttributes(entry)) return false;
  try {
    return attributes(entry.access).length > 0;
  } catch {
    return true;
  }
}
