import picomatch from 'picomatch';
import type { BytePath } from '../base/capture.ts';
import { toBytePath } from '../base/capture.ts';
import { MusterError } from '../base/error.ts';
import { characterClass, faultOfPattern } from '../base/pattern.ts';

/** A pattern in the manner of .gitignore, compiled. Paths and names are bytes as `latin1`, so any name can be met. */
export interface PathPattern {
  readonly text: string;
  /** Ends with a slash: meant for folders only. */
  readonly folderOnly: boolean;
  /** Has a slash at its beginning or inside: it is held against the whole path, not against the name. */
  readonly anchored: boolean;
  /** Takes a path without a leading slash, or a name. */
  readonly expression: RegExp;
}

const options = { dot: true, nobrace: true, noextglob: true, nonegate: true, posix: true, keepQuotes: true };

/** Throws `bad-pattern`. */
export function compilePattern(text: string): PathPattern {
  const fault = faultOfPattern(text);
  if (fault !== undefined) throw badPattern(text, fault);
  const body = text.replace(/^\.\//, '/').replace(/\/+$/, '');
  return {
    text,
    folderOnly: text.endsWith('/'),
    anchored: body.includes('/'),
    expression: picomatch.makeRe(toGlob(toBytePath(body)), options),
  };
}

/** Whether the entry itself is meant; `path` is relative to where the pattern is anchored. */
export function matchesPattern(pattern: PathPattern, path: BytePath, isFolder: boolean): boolean {
  if (pattern.folderOnly && !isFolder) return false;
  return pattern.expression.test(pattern.anchored ? path : path.slice(path.lastIndexOf('/') + 1));
}

const special = new RegExp(String.raw`\\[^]|${characterClass.source}|[(){}|"'+@!^$~,<>#=]`, 'g');

/** What git takes literally is escaped; `x/**` is all below x, and not x itself. */
function toGlob(body: string): string {
  const escaped = body.replaceAll(special, (found) => (found.length > 1 ? found : `\\${found}`));
  return escaped.replace(/^\//, '').replace(/\/\*\*$/, '/**/*');
}

function badPattern(text: string, fault: string): MusterError {
  return new MusterError(`the pattern "${text}" cannot be used: ${fault}`, {
    code: 'bad-pattern',
    hint: 'Write it as in .gitignore, without negation.',
  });
}
