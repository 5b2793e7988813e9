import { toBytePath, type BytePath } from '../base/capture.ts';

/** True when `path` is `ancestor` or lies below it. */
export function isWithin(path: BytePath, ancestor: BytePath): boolean {
  return path === ancestor || path.startsWith(ancestor === '/' ? '/' : `${ancestor}/`);
}

/** Absolute paths as bytes, without slashes at the end and without doubles. */
export function normalise(paths: readonly string[]): readonly BytePath[] {
  return [
    ...new Set(
      paths.map((path) =>
        toBytePath(path)
          .replaceAll(/\/+/g, '/')
          .replace(/(.)\/$/, '$1'),
      ),
    ),
  ];
}

/** Only those that do not lie below another one: nothing is read twice. */
export function outermost(paths: readonly BytePath[]): readonly BytePath[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)));
}

/** `path` without `ancestor` and the slash after it. */
export function relativeTo(path: BytePath, ancestor: BytePath): BytePath {
  return path.slice(ancestor === '/' ? 1 : ancestor.length + 1);
}
