import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { BytePath } from '../../base/capture.ts';
import { codeOf } from '../../base/error.ts';
import { nativePath } from '../open-folder.ts';

/** What stands at a place, links themselves; undefined for nothing. */
export function statAt(place: BytePath): Stats | undefined {
  try {
    return lstatSync(nativePath(place));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
