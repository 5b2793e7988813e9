import type { BytePath } from '../../base/capture.ts';
import { toBytePath } from '../../base/capture.ts';
import type { RestoreArea } from './context.ts';

/**
 * The folders above the snapshot's own roots were recorded on the way, nobody asked for them: where they exist, they
 * stay as they are. When things go back where they came from (target `/`), links among them are part of the live
 * system and are followed. From the roots down, and anywhere in another target, no link is followed, whoever made it.
 */
export function restoreArea(target: BytePath, paths: readonly string[]): RestoreArea {
  const roots = paths.filter((path) => path.startsWith('/')).map((path) => toBytePath(path.replace(/\/+$/, '')));
  const isAbove = (path: BytePath): boolean =>
    roots.some((root) => root.startsWith(path === '/' ? path : `${path}/`) && root !== path);
  return { isAbove, mayFollow: (path) => /^\/+$/.test(target) && isAbove(path) };
}
