import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { codeOf, MusterError } from '../base/error.ts';
import { unavailable } from './unavailable.ts';

const sizeLimit = 1024 * 1024;

/** Content of a regular file without its last line break. Refuses a file that everyone may write. */
export async function readFileSecret(path: string, cwd: string): Promise<string> {
  const absolute = resolve(cwd, path);
  try {
    // O_NONBLOCK: opening a FIFO would wait for ever otherwise.
    await using file = await open(absolute, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readFrom(file, absolute);
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw unavailable(`the file ${absolute} cannot be read (${codeOf(error) ?? 'unknown fault'})`, hintFor(absolute));
  }
}

async function readFrom(file: FileHandle, path: string): Promise<string> {
  const facts = await file.stat();
  if (!facts.isFile()) throw unavailable(`${path} is not a regular file`, hintFor(path));
  if ((facts.mode & 0o002) !== 0)
    throw unavailable(`everyone may write the file ${path}`, `Run: chmod o-w ${path}, and check what is in it.`);
  if (facts.size > sizeLimit) throw unavailable(`the file ${path} is larger than 1 MiB`, hintFor(path));
  const value = (await file.readFile('utf8')).replace(/\r?\n$/, '');
  if (value === '') throw unavailable(`the file ${path} is empty`, hintFor(path));
  return value;
}

function hintFor(path: string): string {
  return `Put the secret in ${path}, readable only for the user that muster runs as.`;
}
