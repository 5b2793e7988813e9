import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import type { LockMemory } from './remember-locks.ts';

export interface LockMemoryFile extends LockMemory {
  /** Writes down what was learnt, without the locks that have ended. */
  save(now: Instant): Promise<void>;
}

/**
 * Keeps what is known of locks in a file. It only saves requests: a file that is missing, damaged or can't be written is as
 * good as an empty one.
 */
export async function openLockMemory(path: string): Promise<LockMemoryFile> {
  const known = await read(path);
  let changed = false;
  return {
    until: (name) => known.get(name),
    note: (name, until) => {
      if (known.get(name) === until) return;
      changed = true;
      if (until === undefined) known.delete(name);
      else known.set(name, until);
    },
    save: async (now) => {
      if (!changed) return;
      const lasting = [...known].filter(([, until]) => until > now && until !== Infinity);
      await write(path, JSON.stringify(Object.fromEntries(lasting))).catch(() => undefined);
    },
  };
}

async function read(path: string): Promise<Map<string, Instant>> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    const entries = Object.entries(content ?? {});
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch {
    return new Map();
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
