import { open, realpath, stat } from 'node:fs/promises';
import { codeOf, MusterError } from '../../base/error.ts';

/** The first bytes of every SQLite database that is not encrypted. */
const magic = Buffer.from('SQLite format 3\0', 'latin1');

/**
 * The real path of a file that looks like a database with something in it. Throws `source-missing`, `source-empty`,
 * `source-unreadable`, `source-not-a-database`. Only looks at the first bytes.
 */
export async function findDatabaseFile(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    await requireContent(path, await stat(real));
    requireMagic(path, await firstBytes(real));
    return real;
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw isMissing(codeOf(error)) ? missing(path) : unreadable(path, codeOf(error));
  }
}

async function requireContent(path: string, facts: { isFile(): boolean; readonly size: number }): Promise<void> {
  if (!facts.isFile()) throw notADatabase(path, 'is not a file');
  if (facts.size === 0)
    throw new MusterError(`${path} is an empty file, not a database with tables`, {
      code: 'source-empty',
      hint: 'Check that the path is right and that the application has made its database.',
    });
}

async function firstBytes(path: string): Promise<Buffer> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
  return buffer.subarray(0, bytesRead);
}

function requireMagic(path: string, bytes: Buffer): void {
  if (!bytes.equals(magic)) throw notADatabase(path, 'is not an SQLite database, or is an encrypted one');
}

export function notADatabase(path: string, why: string): MusterError {
  return new MusterError(`${path} ${why}`, {
    code: 'source-not-a-database',
    hint: 'Name the database file itself; back up an encrypted one as files while its program is stopped.',
  });
}

function isMissing(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function missing(path: string): MusterError {
  return new MusterError(`the database ${path} does not exist`, {
    code: 'source-missing',
    hint: 'Mend the path, or mount what belongs there.',
  });
}

export function unreadable(path: string, code: string | undefined): MusterError {
  return new MusterError(`the database ${path} cannot be read (${code ?? 'unknown fault'})`, {
    code: 'source-unreadable',
    hint: 'Give muster the right to read it, and to write its folder: WAL needs a -shm file there.',
  });
}
