import type { ObjectTamper, TamperKind, TamperResult } from '../store.ts';
import { refusalOf } from './fault.ts';
import type { AzurePlace } from './place.ts';
import { readObject } from './read.ts';

/**
 * What anybody with these credentials may try. Older versions and what the account keeps of removed blobs aren't looked for:
 * what can be got back only from there counts as lost.
 */
export function objectTamper(place: AzurePlace): ObjectTamper {
  return { attempt: (kind, name) => attempts[kind](place, name) };
}

type Attempt = (place: AzurePlace, name: string) => Promise<TamperResult>;

const attempts: Readonly<Record<TamperKind, Attempt>> = {
  remove: (place, name) => against(place, name, () => place.blob(name).delete()),
  overwrite: (place, name) => {
    const other = Buffer.from('overwritten');
    return against(place, name, () => place.blob(name).upload(other, other.length));
  },
  destroy: (place, name) => against(place, name, () => place.blob(name).delete({ deleteSnapshots: 'include' })),
  'shorten-lock': () => none('muster locks nothing here'),
  'lift-lock': () => none('muster locks nothing here'),
  'back-date': () => none('the protocol has no request that sets when a blob was written'),
};

function none(detail: string): Promise<TamperResult> {
  return Promise.resolve({ outcome: 'not-applicable', detail });
}

/** What is there afterwards decides, and what the server said: no answer, and a fault of the server, is no refusal. */
async function against(place: AzurePlace, name: string, attempt: () => Promise<unknown>): Promise<TamperResult> {
  const before = await readObject(place, name);
  const { detail, refused } = await said(attempt);
  const after = await readObject(place, name).catch(() => undefined);
  if (after?.equals(before) !== true) return { outcome: 'done', detail };
  return { outcome: refused ? 'refused' : 'unknown', detail };
}

async function said(request: () => Promise<unknown>): Promise<{ detail: string; refused: boolean }> {
  try {
    await request();
    return { detail: 'accepted', refused: false };
  } catch (error) {
    const { name, status } = refusalOf(error);
    if (status === undefined) return { detail: name, refused: false };
    return { detail: `${name} (HTTP ${status})`, refused: status >= 400 && status < 500 };
  }
}
