import { readFileSync } from 'node:fs';
import type { EnteredFolder, FolderRule } from '../../base/capture.ts';
import { codeOf, messageOf } from '../../base/error.ts';
import { faultOfPattern } from '../../base/pattern.ts';
import { compileExclude } from './exclude.ts';
import { withFile } from './small-file.ts';

/** Patterns for its folder and all below it, one a line, as in `exclude` of the plan. */
export const ignoreFile = '.musterignore';

const largest = 1024 * 1024;

/** A file or a line that cannot be used leaves nothing out, and is told: the rest is backed up, never less than meant. */
export function rulesInIgnoreFile({ path, child }: EnteredFolder): FolderRule {
  try {
    return rulesOf(withFile(child(ignoreFile), textOf), path);
  } catch (error) {
    return { faults: [`its ${ignoreFile} could not be read, so nothing was left out: ${reasonOf(error)}`] };
  }
}

function textOf(fd: number, size: number): string {
  if (size > largest) throw new RangeError('it is larger than 1 MiB');
  return readFileSync(fd, 'utf8');
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return code !== undefined && /^E[A-Z]+$/.test(code) ? code : messageOf(error);
}

function rulesOf(text: string, folder: string): FolderRule {
  const patterns = linesOf(text);
  const usable = patterns.filter((pattern) => faultOfPattern(pattern) === undefined);
  const faults = patterns.flatMap((pattern) => {
    const fault = faultOfPattern(pattern);
    return fault === undefined ? [] : [`the pattern "${pattern}" of its ${ignoreFile} cannot be used: ${fault}`];
  });
  return { excluded: compileExclude(usable, [folder]), faults };
}

/** As git reads them: `#` begins a comment, spaces at the end do not count unless they are escaped. */
function linesOf(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/((?:^|[^\\])(?:\\\\)*) +$/, '$1'))
    .filter((line) => line !== '');
}
