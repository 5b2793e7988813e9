import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { nativePath } from '../open-folder.ts';

/** What stands at a place, links themselves; undefined for nothing. */
export function statAt(place: BytePath): Stats | undefined {
  return lstatSync(nativePath(place), { throwIfNoEntry: false });
}
