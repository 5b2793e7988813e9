import { toBytePath, type BytePath } from '../base/capture.ts';
import { compilePattern, matchesPattern, type PathPattern } from './pattern.ts';
import { isWithin } from './scope.ts';

/** Which entries of a snapshot a restore is about. */
export interface Selection {
  readonly patterns: readonly SelectionPattern[];
  /** True for an entry that a pattern means, and for all below it; for everything when there is no pattern. */
  includes(path: BytePath, isFolder: boolean): boolean;
}

export interface SelectionPattern {
  readonly text: string;
  includes(path: BytePath, isFolder: boolean): boolean;
}

/**
 * Patterns over the paths of a snapshot: a path (`/srv/www/index.html`), or a glob. Without a slash it is held against
 * names at any depth; one that does not begin with a slash may begin at any folder. Throws `bad-pattern`.
 */
export function compileSelection(texts: readonly string[]): Selection {
  const patterns = texts.map(compileOne);
  return {
    patterns,
    includes: (path, isFolder) => patterns.length === 0 || patterns.some((pattern) => pattern.includes(path, isFolder)),
  };
}

function compileOne(text: string): SelectionPattern {
  const literal = toBytePath(text).replace(/(.)\/+$/, '$1');
  const glob = isPlainPath(text) ? undefined : compilePattern(floating(text));
  return {
    text,
    includes: (path, isFolder) => isWithin(path, literal) || (glob !== undefined && isMeant(glob, path, isFolder)),
  };
}

/** No glob can be read in it, so nothing in it can be wrong either. */
function isPlainPath(text: string): boolean {
  return text.startsWith('/') && !/[*?[\\]/.test(text);
}

function floating(text: string): string {
  return text.startsWith('/') || !text.replace(/\/+$/, '').includes('/') ? text : `**/${text}`;
}

/** The entry, or a folder above it. */
function isMeant(pattern: PathPattern, path: BytePath, isFolder: boolean): boolean {
  const relative = path.slice(1);
  if (matchesPattern(pattern, relative, isFolder)) return true;
  for (let end = relative.lastIndexOf('/'); end > 0; end = relative.lastIndexOf('/', end - 1))
    if (matchesPattern(pattern, relative.slice(0, end), true)) return true;
  return false;
}
