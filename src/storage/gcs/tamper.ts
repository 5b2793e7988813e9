import type { ObjectTamper, TamperKind, TamperResult } from '../store.ts';
import { BadStatus } from './fault.ts';
import { listPage } from './listing.ts';
import type { GcsPlace } from './place.ts';
import { existing, readObject } from './read.ts';
import { upload } from './upload.ts';
import { inMemory } from '../gathered/content.ts';

/**
 * What anybody with these credentials may try. What the bucket keeps of removed objects for some days (soft delete) isn't
 * looked for: what can be got back only from there counts as lost.
 */
export function objectTamper(place: GcsPlace): ObjectTamper {
  return { attempt: (kind, name) => attempts[kind](place, name) };
}

type Attempt = (place: GcsPlace, name: string) => Promise<TamperResult>;

const attempts: Readonly<Record<TamperKind, Attempt>> = {
  remove: (place, name) => against(place, name, async () => [await said(() => removeRaw(place, name))]),
  overwrite: (place, name) => against(place, name, async () => [await said(() => replaceRaw(place, name))]),
  destroy: (place, name) => against(place, name, () => destroyRaw(place, name)),
  'shorten-lock': () => none('muster locks nothing here'),
  'lift-lock': () => none('muster locks nothing here'),
  'back-date': () => none('the protocol has no request that sets when an object was written'),
};

function none(detail: string): Promise<TamperResult> {
  return Promise.resolve({ outcome: 'not-applicable', detail });
}

async function removeRaw(place: GcsPlace, name: string, generation?: string): Promise<void> {
  await place.client.done({ method: 'DELETE', path: place.objectPath(name), query: { generation } }, 204);
}

async function replaceRaw(place: GcsPlace, name: string): Promise<void> {
  await upload(place, { name, content: inMemory([Buffer.from('overwritten')]), where: 'anywhere' });
}

/** Every version, one after the other; an attempt goes on after a refusal. */
async function destroyRaw(place: GcsPlace, name: string): Promise<readonly Answer[]> {
  const key = place.keyOf(name);
  const { items = [] } = await listPage(place, { prefix: key, versions: 'all' });
  const all: Answer[] = [];
  for (const item of items) if (item.name === key) all.push(await said(() => removeRaw(place, name, item.generation)));
  return all;
}

interface Answer {
  readonly text: string;
  /** The server said no. No answer, and a fault of the server, is no refusal. */
  readonly refused: boolean;
}

async function against(
  place: GcsPlace,
  name: string,
  attempt: () => Promise<readonly Answer[]>,
): Promise<TamperResult> {
  const { generation } = await existing(place, name);
  const before = await readObject(place, { name });
  const answers = await attempt();
  const detail = answers.map(({ text }) => text).join(', ');
  const outcome = answers.some(({ refused }) => refused) ? 'refused' : 'unknown';
  if (await holds(place, { name }, before)) return { outcome, detail };
  return { outcome: (await holds(place, { name, generation }, before)) ? 'hidden' : 'done', detail };
}

async function holds(place: GcsPlace, request: Parameters<typeof readObject>[1], bytes: Buffer): Promise<boolean> {
  return await readObject(place, request).then(
    (content) => content.equals(bytes),
    () => false,
  );
}

async function said(request: () => Promise<unknown>): Promise<Answer> {
  try {
    await request();
    return { text: 'accepted', refused: false };
  } catch (error) {
    const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
    if (!(cause instanceof BadStatus)) return { text: 'no answer', refused: false };
    const { reason, status } = cause;
    return { text: `${reason} (HTTP ${status})`.trim(), refused: status >= 400 && status < 500 };
  }
}
