import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { MusterError } from '../../base/error.ts';
import { type Content, md5Of } from '../gathered/content.ts';
import { largestRequest } from '../gathered/writer.ts';
import type { Refusal } from './fault.ts';
import type { AzurePlace } from './place.ts';

export interface Upload {
  readonly name: string;
  readonly content: Content;
  /** `new`: only where there is none of this name. */
  readonly where: 'anywhere' | 'new';
}

/** `taken`: there is one of this name. */
export type UploadResult = 'stored' | 'taken';

/** Durable when it resolves with `stored`. */
export async function upload(place: AzurePlace, upload: Upload): Promise<UploadResult> {
  return upload.content.size <= largestRequest
    ? await uploadAtOnce(place, upload)
    : await uploadInBlocks(place, upload);
}

async function uploadAtOnce(place: AzurePlace, upload: Upload): Promise<UploadResult> {
  const { name, content } = upload;
  const pieces = await content.part(0, content.size);
  const md5 = md5Bytes(pieces);
  const blob = place.blob(name);
  const settings = { ...place.tierOf(name), ...conditionOf(upload), transactionalContentMD5: md5 };
  const answer = await place.askOr('write', name, {
    request: () => blob.upload(bodyOf(pieces), content.size, settings),
    expected: takenIf(upload),
  });
  return answer === 'taken' ? answer : 'stored';
}

/** The protocol allows no more blocks. */
const mostBlocks = 50_000;

/** Each of these is held in memory. */
const blocksAtOnce = 2;

/** Blocks that are in no list are nothing that can be seen, and the server throws them away after a week. */
async function uploadInBlocks(place: AzurePlace, upload: Upload): Promise<UploadResult> {
  const { name, content } = upload;
  const ids = await sendBlocks(place, upload);
  const blob = place.blob(name);
  const answer = await place.askOr('write', name, {
    request: () => blob.commitBlockList(ids, { ...place.tierOf(name), ...conditionOf(upload) }),
    expected: takenIf(upload),
  });
  if (answer === 'taken') return answer;
  // The server puts the blocks together; nothing but this says that it did so with all of them.
  const { contentLength } = await place.ask('look at', name, () => blob.getProperties());
  if (contentLength !== content.size) throw torn(place, name);
  return 'stored';
}

/** A block that is under way when another fails is waited for, so that nothing comes after the end. */
async function sendBlocks(place: AzurePlace, { name, content }: Upload): Promise<string[]> {
  const length = Math.max(largestRequest, Math.ceil(content.size / mostBlocks));
  const count = Math.ceil(content.size / length);
  // Two that write one name at once must not take each other's blocks for their own.
  const upload = randomUUID();
  const ids = Array.from({ length: count }, (_, index) => blockId(upload, index));
  for (let first = 0; first < count; first += blocksAtOnce) {
    const sending = ids
      .slice(first, first + blocksAtOnce)
      .map((id, index) => sendBlock(place, { name, content, id, length, offset: (first + index) * length }));
    await Promise.allSettled(sending);
    await Promise.all(sending);
  }
  return ids;
}

/** All of one blob must have the same length. */
function blockId(upload: string, index: number): string {
  return Buffer.from(`${upload}${String(index).padStart(6, '0')}`).toString('base64');
}

interface Block {
  readonly name: string;
  readonly content: Content;
  readonly id: string;
  readonly offset: number;
  readonly length: number;
}

async function sendBlock(place: AzurePlace, { name, content, id, offset, length }: Block): Promise<void> {
  const size = Math.min(length, content.size - offset);
  const pieces = await content.part(offset, size);
  const md5 = md5Bytes(pieces);
  await place.ask('write', name, () =>
    place.blob(name).stageBlock(id, bodyOf(pieces), size, { transactionalContentMD5: md5 }),
  );
}

function md5Bytes(pieces: readonly Uint8Array[]): Buffer {
  return Buffer.from(md5Of(pieces), 'base64');
}

/** Pieces are sent without putting them together. The library takes no bytes but those of a Buffer. */
function bodyOf(pieces: readonly Uint8Array[]): Buffer | (() => NodeJS.ReadableStream) {
  const [first, second] = pieces;
  if (first === undefined) return Buffer.alloc(0);
  if (second !== undefined) return () => Readable.from(pieces, { objectMode: false });
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}

function conditionOf({ where }: Upload): { readonly conditions?: { readonly ifNoneMatch: '*' } } {
  return where === 'new' ? { conditions: { ifNoneMatch: '*' } } : {};
}

function takenIf({ where }: Upload): (refusal: Refusal) => 'taken' | undefined {
  return ({ name, status }) =>
    where === 'new' && (name === 'BlobAlreadyExists' || status === 412) ? 'taken' : undefined;
}

function torn(place: AzurePlace, name: string): MusterError {
  return new MusterError(
    `cannot write ${name} in ${place.description}: its blocks were not put together as they were sent`,
    { code: 'storage-failed', hint: 'Try again; if it happens again, ask who runs the server.', retryable: true },
  );
}
