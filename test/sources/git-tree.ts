import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bytesOf, type BytePath } from '../../src/base/capture.ts';

export interface GitTree {
  /** Relative to the tree, folders before what is in them. */
  readonly entries: readonly { readonly path: BytePath; readonly isFolder: boolean }[];
  /** Which of the entries git leaves out for this one pattern. */
  ignored(pattern: string): ReadonlySet<BytePath>;
  remove(): void;
}

/** A real tree of files that git is asked about. A path that cannot be made, as its parent is a file, is left out. */
export function makeGitTree(files: readonly BytePath[]): GitTree {
  const root = mkdtempSync(join(tmpdir(), 'muster-git-'));
  execFileSync('git', ['init', '-q', root]);
  for (const file of files) tryToMake(`${root}/${file}`);
  const entries = [...walk(root, '')];
  const input = Buffer.from(entries.map(({ path }) => `${path}\0`).join(''), 'latin1');
  return {
    entries,
    ignored: (pattern) => {
      writeFileSync(`${root}/.git/info/exclude`, `${pattern}\n`);
      const { stdout } = spawnSync('git', ['-C', root, 'check-ignore', '--no-index', '-z', '--stdin'], { input });
      return new Set(stdout.toString('latin1').split('\0'));
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}

function tryToMake(path: BytePath): void {
  try {
    mkdirSync(bytesOf(dirname(path)), { recursive: true });
    writeFileSync(bytesOf(path), '');
  } catch {
    // A shorter random path is a file, or a folder, already.
  }
}

function* walk(root: string, folder: BytePath): Generator<{ path: BytePath; isFolder: boolean }> {
  for (const bytes of readdirSync(bytesOf(`${root}/${folder}`), { encoding: 'buffer' })) {
    const path = folder + bytes.toString('latin1');
    if (path === '.git') continue;
    const isFolder = lstatSync(bytesOf(`${root}/${path}`)).isDirectory();
    yield { path, isFolder };
    if (isFolder) yield* walk(root, `${path}/`);
  }
}
