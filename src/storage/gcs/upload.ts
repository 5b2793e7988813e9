import { createHash, randomUUID } from 'node:crypto';
import { MusterError } from '../../base/error.ts';
import { type Content, md5Of } from '../gathered/content.ts';
import { largestRequest } from '../gathered/writer.ts';
import type { BadStatus } from './fault.ts';
import type { GcsPlace } from './place.ts';

export interface Upload {
  readonly name: string;
  readonly content: Content;
  /** `new`: only where there is none of this name. */
  readonly where: 'anywhere' | 'new';
}

/** `taken`: there is one of this name. */
export type UploadResult = 'stored' | 'taken';

/** Durable when it resolves with `stored`. The server compares a hash of the whole before there is such an object. */
export async function upload(place: GcsPlace, upload: Upload): Promise<UploadResult> {
  const send = upload.content.size <= largestRequest ? sendAtOnce : sendInParts;
  const answer = await place.askOr('write', upload.name, {
    request: () => send(place, upload),
    expected: takenIf(upload),
  });
  return answer === 'taken' ? answer : 'stored';
}

/** What the server stored. */
interface Stored {
  readonly size?: string;
  readonly md5Hash?: string;
}

/** Facts and content in one body. */
async function sendAtOnce(place: GcsPlace, upload: Upload): Promise<void> {
  const pieces = await upload.content.part(0, upload.content.size);
  const md5 = md5Of(pieces);
  const boundary = randomUUID();
  const facts = `--${boundary}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(place.factsOf(upload.name, md5))}\r\n`;
  const head = Buffer.from(`${facts}--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`);
  const stored = await place.client.json<Stored>({
    method: 'POST',
    path: place.uploadPath,
    query: { uploadType: 'multipart', ...conditionOf(upload), fields: 'size,md5Hash' },
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: [head, ...pieces, Buffer.from(`\r\n--${boundary}--\r\n`)],
  });
  checkStored(place, upload, { stored, md5 });
}

/** In parts, which the server keeps for a week when they are never completed; so it is told when they won't be. */
async function sendInParts(place: GcsPlace, upload: Upload): Promise<void> {
  const md5 = await md5OfAll(upload.content);
  const session = await openSession(place, upload, md5);
  try {
    checkStored(place, upload, { stored: await sendParts(place, upload, session), md5 });
  } catch (error) {
    await place.client.done({ method: 'DELETE', path: session }, 204, 404, 410, 499).catch(() => undefined);
    throw error;
  }
}

async function md5OfAll(content: Content): Promise<string> {
  const digest = createHash('md5');
  for (let offset = 0; offset < content.size; offset += largestRequest)
    for (const piece of await partOf(content, offset)) digest.update(piece);
  return digest.digest('base64');
}

async function partOf(content: Content, offset: number): Promise<readonly Uint8Array[]> {
  return await content.part(offset, Math.min(largestRequest, content.size - offset));
}

/** An address that lets in whoever knows it. */
async function openSession(place: GcsPlace, upload: Upload, md5: string): Promise<URL> {
  const answer = await place.client.send(
    {
      method: 'POST',
      path: place.uploadPath,
      query: { uploadType: 'resumable', ...conditionOf(upload), fields: 'size,md5Hash' },
      headers: { 'content-type': 'application/json', 'x-upload-content-length': String(upload.content.size) },
      body: [Buffer.from(JSON.stringify(place.factsOf(upload.name, md5)))],
    },
    200,
  );
  await answer.resume().toArray();
  const session = URL.parse(answer.headers.location ?? '');
  if (!session) throw torn(place, upload, 'the server gave no address for its parts');
  return session;
}

/** The server may keep less of a part than was sent: it goes on from there. */
async function sendParts(place: GcsPlace, upload: Upload, session: URL): Promise<Stored> {
  const { content } = upload;
  for (let offset = 0; ;) {
    const part = await partOf(content, offset);
    const end = offset + part.reduce((sum, { length }) => sum + length, 0);
    const headers = { 'content-range': `bytes ${offset}-${end - 1}/${content.size}` };
    const answer = await place.client.send({ method: 'PUT', path: session, headers, body: part }, 200, 201, 308);
    const text = Buffer.concat((await answer.toArray()) as Buffer[]).toString();
    // All that is read of it is optional.
    if (answer.statusCode !== 308) return JSON.parse(text) as Stored;
    const kept = keptOf(answer.headers['range']);
    if (kept <= offset || kept > end || kept === content.size) throw torn(place, upload, 'the server does not go on');
    offset = kept;
  }
}

/** Bytes from the start that the server has. */
function keptOf(range: string | string[] | undefined): number {
  const last = /^bytes=0-(\d+)$/.exec(String(range))?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

function conditionOf({ where }: Upload): { readonly ifGenerationMatch?: '0' } {
  return where === 'new' ? { ifGenerationMatch: '0' } : {};
}

function takenIf({ where }: Upload): (refusal: BadStatus) => 'taken' | undefined {
  return ({ status }) => (where === 'new' && status === 412 ? 'taken' : undefined);
}

function checkStored(
  place: GcsPlace,
  upload: Upload,
  { stored, md5 }: { readonly stored: Stored; readonly md5: string },
): void {
  const { size, md5Hash = md5 } = stored;
  if (Number(size) !== upload.content.size || md5Hash !== md5) throw torn(place, upload, 'it is not what was sent');
}

function torn(place: GcsPlace, { name }: Upload, what: string): MusterError {
  return new MusterError(`cannot write ${name} in ${place.description}: ${what}`, {
    code: 'storage-failed',
    hint: 'Try again; if it happens again, check that `endpoint` is a server of the JSON API of Cloud Storage.',
    retryable: true,
  });
}
