import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

/** The file that would be started; undefined when there is none that can be. */
export async function findProgram(program: string, cwd: string, path: string | undefined): Promise<string | undefined> {
  const places = program.includes('/')
    ? [resolve(cwd, program)]
    : foldersOf(path).map((dir) => resolve(cwd, dir, program));
  for (const place of places) if (await isExecutable(place)) return place;
  return undefined;
}

function foldersOf(path: string | undefined): readonly string[] {
  return (path ?? '/usr/bin:/bin').split(':');
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
