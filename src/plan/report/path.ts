import { isAbsolute, relative, sep } from 'node:path';

/** Relative to `cwd` when the file lies below it, else as it is. Always with slashes. */
export function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  const below = path !== '' && !path.startsWith(`..${sep}`) && path !== '..' && !isAbsolute(path);
  return (below ? path : file).replaceAll(sep, '/');
}
