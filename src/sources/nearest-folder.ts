import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The nearest folder at or above `path` that exists. */
export async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const facts = await stat(folder).catch(() => undefined);
    if (facts?.isDirectory() === true || folder === '/') return folder;
  }
}
