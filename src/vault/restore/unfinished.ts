import { readdirSync, unlinkSync } from 'node:fs';
import { ownedName, stateOfOwner } from '../../base/owned-name.ts';
import type { BytePath } from '../../base/capture.ts';
import { nativePath, type OpenFolder } from '../open-folder.ts';

const [prefix, suffix] = ['.muster-', '.part'];

/** A fresh name for an entry that is not whole yet. */
export function unfinishedName(): BytePath {
  return `${prefix}${ownedName()}${suffix}`;
}

/** Removes the unfinished entries that killed restores left in a folder. Faults are ignored: it is only tidying. */
export function removeUnfinished(folder: OpenFolder): void {
  try {
    for (const name of readdirSync(nativePath(folder.self), { encoding: 'latin1' })) {
      const unfinished = name.startsWith(prefix) && name.endsWith(suffix);
      if (unfinished && stateOfOwner(name) === 'gone') unlinkSync(nativePath(folder.child(name)));
    }
  } catch {
    // A folder that can't be listed can't be tidied either; what it is needed for will say so.
  }
}
