import { DeleteObjectCommand, PutObjectCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import type { ObjectTamper, TamperKind, TamperResult } from '../store.ts';
import { refusalOf } from './fault.ts';
import { historyOf } from './history.ts';
import { existing } from './lock.ts';
import type { S3Place } from './place.ts';
import { readObject } from './read.ts';

/** What anybody with these credentials may try, also with the right to get around governance if they have it. */
export function objectTamper(place: S3Place): ObjectTamper {
  return { attempt: (kind, name) => attempts[kind](place, name) };
}

type Attempt = (place: S3Place, name: string) => Promise<TamperResult>;

const attempts: Readonly<Record<TamperKind, Attempt>> = {
  remove: (place, name) => againstContent(place, name, () => removeRaw(place, name)),
  overwrite: (place, name) => againstContent(place, name, () => replaceRaw(place, name)),
  destroy: (place, name) => againstContent(place, name, () => destroyRaw(place, name)),
  'shorten-lock': (place, name) => againstLock(place, name, { until: 60_000 }),
  'lift-lock': (place, name) => againstLock(place, name, {}),
  'back-date': () =>
    Promise.resolve({ outcome: 'not-applicable', detail: 'S3 has no request that sets when it was written' }),
};

/** What the server said to each request; an attempt goes on after a refusal. */
type Said = Answer[];

interface Answer {
  readonly text: string;
  /** The server said no. No answer, and a fault of the server, is no refusal. */
  readonly refused: boolean;
}

async function removeRaw(place: S3Place, name: string): Promise<Said> {
  return [await said(() => place.client.send(new DeleteObjectCommand(place.objectOf(name))))];
}

async function replaceRaw(place: S3Place, name: string): Promise<Said> {
  const request = { ...place.readable(name), Body: Buffer.from('overwritten') };
  return [await said(() => place.client.send(new PutObjectCommand(request)))];
}

async function destroyRaw(place: S3Place, name: string): Promise<Said> {
  const { versions, removals } = await historyOf(place, name);
  const all: Said = [];
  for (const VersionId of [...versions.map((version) => version.VersionId), ...removals]) {
    const request = { ...place.objectOf(name), VersionId, BypassGovernanceRetention: true };
    all.push(await said(() => place.client.send(new DeleteObjectCommand(request))));
  }
  return all;
}

async function againstContent(place: S3Place, name: string, attempt: () => Promise<Said>): Promise<TamperResult> {
  const before = await readObject(place, { name });
  const answers = await attempt();
  const detail = answers.map(({ text }) => text).join(', ');
  if (await holds(place, { name }, before)) return { outcome: refusedOr(answers), detail };
  const { versions } = await historyOf(place, name);
  for (const { VersionId } of versions)
    if (await holds(place, { name, version: VersionId }, before)) return { outcome: 'hidden', detail };
  return { outcome: 'done', detail };
}

async function holds(place: S3Place, version: Parameters<typeof readObject>[1], bytes: Buffer): Promise<boolean> {
  return await readObject(place, version).then(
    (content) => content.equals(bytes),
    () => false,
  );
}

/** Without `until`, so many milliseconds from now, the lock is to be gone altogether. */
async function againstLock(
  place: S3Place,
  name: string,
  { until }: { readonly until?: number },
): Promise<TamperResult> {
  const before = await existing(place, name);
  const [end, mode] = [before.ObjectLockRetainUntilDate, before.ObjectLockMode];
  if (!end || !mode) return { outcome: 'not-applicable', detail: 'it is not locked' };
  const Retention = until === undefined ? {} : { Mode: mode, RetainUntilDate: new Date(place.now() + until) };
  const request = { ...place.objectOf(name), Retention, BypassGovernanceRetention: true };
  const answer = await said(() => place.client.send(new PutObjectRetentionCommand(request)));
  const after = (await existing(place, name)).ObjectLockRetainUntilDate;
  return { outcome: after && after >= end ? refusedOr([answer]) : 'done', detail: answer.text };
}

/** It is as it was, which may have another reason than that it was refused. */
function refusedOr(answers: Said): 'refused' | 'unknown' {
  return answers.some(({ refused }) => refused) ? 'refused' : 'unknown';
}

async function said(request: () => Promise<unknown>): Promise<Answer> {
  try {
    await request();
    return { text: 'accepted', refused: false };
  } catch (error) {
    const { name, status } = refusalOf(error);
    if (status === undefined) return { text: name, refused: false };
    return { text: `${name} (HTTP ${status})`, refused: status >= 400 && status < 500 };
  }
}
