import type { BytePath, Excluded } from '../../base/capture.ts';
import { compilePattern, matchesPattern } from '../pattern.ts';
import { isWithin, relativeTo } from '../scope.ts';

/**
 * `exclude` of a files source, compiled once. A pattern with a slash at its beginning or inside is anchored at each of
 * the source's paths. The paths themselves are never left out. Throws `bad-pattern`.
 */
export function compileExclude(patterns: readonly string[], paths: readonly BytePath[]): Excluded {
  const compiled = patterns.map(compilePattern);
  if (compiled.length === 0) return () => false;
  return (path, isFolder) =>
    paths.some((anchor) => {
      if (path === anchor || !isWithin(path, anchor)) return false;
      const relative = relativeTo(path, anchor);
      return compiled.some((pattern) => matchesPattern(pattern, relative, isFolder));
    });
}

/** The path or a folder above it is left out: what a walk from `root` never reaches. */
export function isUnreachable(excluded: Excluded, root: BytePath, path: BytePath): boolean {
  const names = relativeTo(path, root).split('/');
  const above = root === '/' ? '' : root;
  return names.some((_, index) => excluded(`${above}/${names.slice(0, index + 1).join('/')}`, true));
}
