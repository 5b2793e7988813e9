import type { BytePath } from '../../base/capture.ts';
import { openFolder } from '../open-folder.ts';
import type { OpenFolder } from '../open-folder.ts';
import type { RestoreContext } from './context.ts';
import type { Restored } from './restored-links.ts';
import { statAt } from './stat-at.ts';

/**
 * Calls `use` with a path to an entry that was restored before, reached from the target folder down without following
 * links; false, without the call, when it is not there any more.
 */
export function withRestored(context: RestoreContext, restored: Restored, use: (place: BytePath) => void): boolean {
  const names = restored.path.split('/').filter((name) => name !== '');
  const opened: OpenFolder[] = [];
  try {
    const place = placeOf(context, names, opened);
    const stats = statAt(place);
    if (stats?.ino !== restored.inode || stats.dev !== restored.device) return false;
    use(place);
    return true;
  } finally {
    for (const folder of opened) folder.close();
  }
}

function placeOf(context: RestoreContext, names: readonly BytePath[], opened: OpenFolder[]): BytePath {
  let folder = context.top;
  let path = '';
  for (const name of names.slice(0, -1)) {
    path += `/${name}`;
    folder = openFolder(folder.child(name), context.area.mayFollow(path) ? 'follow' : 'refuse');
    opened.push(folder);
  }
  return folder.child(names.at(-1) ?? '.');
}
