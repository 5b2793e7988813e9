import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

const prefix = 'muster:';

/** True for what is meant to be bundled: `muster:tiers/enterprise`. */
export function isLibraryReference(reference: string): boolean {
  return reference.startsWith(prefix);
}

/** Path of a bundled file; the reference is one of `libraryReferences`. */
export function libraryPath(reference: string): string {
  return join(libraryFolder(), `${reference.slice(prefix.length)}.yaml`);
}

/** Every reference that a plan can extend. */
export async function libraryReferences(): Promise<readonly string[]> {
  references ??= await listReferences();
  return references;
}

/** What is bundled does not change while a process runs. */
let references: readonly string[] | undefined;

async function listReferences(): Promise<readonly string[]> {
  const paths = await readdir(libraryFolder(), { recursive: true });
  const names = paths.filter((path) => path.endsWith('.yaml')).map((path) => path.slice(0, -'.yaml'.length));
  return names.map((name) => `${prefix}${name.replaceAll(sep, '/')}`).sort();
}

/** The reference that stands for a bundled file; undefined for any other. */
export function bundledReference(path: string): string | undefined {
  if (!isBundled(path)) return undefined;
  return `${prefix}${relative(libraryFolder(), path).slice(0, -'.yaml'.length).replaceAll(sep, '/')}`;
}

/** True for a file of the library: its texts are checked by the tests of this package, and need not be again. */
export function isBundled(path: string): boolean {
  return path.startsWith(libraryFolder() + sep);
}

let foundFolder: string | undefined;

/** `plans/` of this package, whether this file runs from `src/` or from `dist/`. */
function libraryFolder(): string {
  foundFolder ??= findFolder();
  return foundFolder;
}

function findFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, 'plans');
}
