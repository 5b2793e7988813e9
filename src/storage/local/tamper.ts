import { chmod, lstat, readFile, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../base/error.ts';
import type { ObjectTamper, TamperKind, TamperResult } from '../store.ts';

/** Whoever may write to the folder may do this, whatever muster itself would refuse. */
export function localTamper(folder: string): ObjectTamper {
  return {
    attempt: async (kind, name) => {
      try {
        return await attempts[kind](join(folder, name));
      } catch (error) {
        const refused = ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '');
        return { outcome: refused ? 'refused' : 'unknown', detail: messageOf(error) };
      }
    },
  };
}

type Attempt = (path: string) => Promise<TamperResult>;

const remove: Attempt = async (path) => {
  await unlink(path);
  return { outcome: 'done', detail: 'the file was deleted' };
};

const noLocks: Attempt = async () => ({ outcome: 'not-applicable', detail: 'a folder has no locks' });

const attempts: Readonly<Record<TamperKind, Attempt>> = {
  remove,
  destroy: remove,
  overwrite: async (path) => {
    const before = await readFile(path);
    await chmod(path, 0o600);
    await writeFile(path, 'overwritten');
    const changed = !(await readFile(path)).equals(before);
    return changed
      ? { outcome: 'done', detail: 'the file was overwritten' }
      : { outcome: 'refused', detail: 'the file is as it was' };
  },
  'shorten-lock': noLocks,
  'lift-lock': noLocks,
  'back-date': async (path) => {
    await utimes(path, longAgo, longAgo);
    const dated = (await lstat(path)).mtimeMs === longAgo.getTime();
    return dated
      ? { outcome: 'done', detail: 'the file looks as if it were from 2001' }
      : { outcome: 'refused', detail: 'the file kept its time' };
  },
};

const longAgo = new Date('2001-02-03T04:05:06Z');
