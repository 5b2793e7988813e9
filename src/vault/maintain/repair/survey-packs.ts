import { createHash } from 'node:crypto';
import { codeOf, messageOf } from '../../../base/error.ts';
import type { IndexedPack } from '../../format/index-file.ts';
import { objectName } from '../../format/names.ts';
import type { PackedBlob } from '../../format/pack-header.ts';
import { readPackHeader } from '../../pack/check-pack.ts';
import { PackReader } from '../../pack/pack-reader.ts';
import { openBlob } from '../../pack/read-blob.ts';
import type { Id, PackReport, Repository } from '../../repository.ts';
import { isDamage } from '../../tree/load.ts';
import type { DamagedPack } from '../requests.ts';
import { storedPacks } from '../stored-packs.ts';

/** Every pack, read to the last byte. */
export interface PackSurvey {
  /** Packs without a fault, with what they hold. */
  readonly sound: readonly IndexedPack[];
  /** Packs of which only some blobs can be read: those. */
  readonly saved: readonly IndexedPack[];
  readonly damaged: readonly (DamagedPack & { readonly isThere: boolean })[];
  /** Packs without a fault that the index misses, or of which it says something else. */
  readonly wrong: readonly Id[];
}

export interface SurveyOptions {
  readonly repository: Repository;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number, total: number) => void;
}

export async function surveyPacks({ repository, signal, onRead }: SurveyOptions): Promise<PackSurvey> {
  const survey = { sound: [], saved: [], damaged: [], wrong: [] } as Found;
  const stored = await storedPacks(repository.objects);
  const total = [...stored.values()].reduce((sum, size) => sum + size, 0);
  const indexed = new Map<Id, readonly PackedBlob[]>();
  for (const { id, blobs } of repository.packs()) {
    indexed.set(id, blobs);
    if (!stored.has(id)) survey.damaged.push({ ...lostPack(id, blobs.length) });
  }
  let done = 0;
  const onPack = ({ size = 0 }: PackReport): void => onRead((done += size), total);
  const listed = [...stored.keys()].filter((id) => indexed.has(id));
  const faulty = new Set((await repository.checkPacks(listed, { signal, onPack })).map(({ id }) => id));
  for (const [id, size] of stored) {
    signal.throwIfAborted();
    const pack = { repository, id, size, indexed: indexed.get(id) };
    if (pack.indexed === undefined) onRead((done += size), total);
    if (pack.indexed === undefined || faulty.has(id) || !(await isAsListed(survey, pack)))
      await surveyPack(survey, pack);
  }
  return survey;
}

interface Found extends PackSurvey {
  readonly sound: IndexedPack[];
  readonly saved: IndexedPack[];
  readonly damaged: (DamagedPack & { readonly isThere: boolean })[];
  readonly wrong: Id[];
}

function lostPack(id: Id, blobs: number): Found['damaged'][number] {
  return { id, fault: 'it is missing', saved: 0, lost: blobs, isThere: false };
}

/** A pack that was found sound is taken as it is, unless the index says something else than its header. */
async function isAsListed(survey: Found, { repository, id, size, indexed = [] }: PackInQuestion): Promise<boolean> {
  const { store, sealer } = repository;
  const header = await readPackHeader({ store, sealer, id }, size);
  if (header === undefined || !isSame(header, indexed)) return false;
  survey.sound.push({ id, blobs: header });
  return true;
}

interface PackInQuestion {
  readonly repository: Repository;
  readonly id: Id;
  readonly size: number;
  readonly indexed: readonly PackedBlob[] | undefined;
}

async function surveyPack(survey: Found, pack: PackInQuestion): Promise<void> {
  const { id, indexed = [] } = pack;
  const { header, fault } = await lookAt(pack);
  const listed = header ?? indexed;
  const good = await readable(pack, listed);
  if (fault === undefined && header !== undefined && good.length === header.length) {
    survey.sound.push({ id, blobs: header });
    if (!isSame(header, indexed)) survey.wrong.push(id);
    return;
  }
  const detail = fault ?? 'parts of it are not what was written';
  const lost = listed.length - good.length;
  survey.damaged.push({ id, fault: detail, saved: good.length, lost, isThere: true });
  if (good.length > 0) survey.saved.push({ id, blobs: good });
}

interface Look {
  readonly header: readonly PackedBlob[] | undefined;
  /** Of the pack as a whole. */
  readonly fault: string | undefined;
}

async function lookAt({ repository, id, size }: PackInQuestion): Promise<Look> {
  try {
    const { store, sealer } = repository;
    const hash = await hashOf(repository, id, size);
    const header = await readPackHeader({ store, sealer, id }, size);
    const fault = hash === id ? undefined : 'its bytes do not fit its name';
    return { header, fault: header === undefined ? 'its header does not describe it' : fault };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { header: undefined, fault: messageOf(error) };
  }
}

const pieceLength = 2 ** 22;

async function hashOf({ store }: Repository, id: Id, size: number): Promise<Id> {
  const hash = createHash('sha256');
  for (let offset = 0; offset < size; offset += pieceLength)
    hash.update(await store.get(objectName('data', id), { offset, length: pieceLength }));
  return hash.digest('hex');
}

/** Blobs that are what their id says. */
async function readable(
  { repository, id }: PackInQuestion,
  blobs: readonly PackedBlob[],
): Promise<readonly PackedBlob[]> {
  const reader = new PackReader(repository.store);
  const good: PackedBlob[] = [];
  for (const blob of blobs) {
    const location = { ...blob, pack: id };
    const sealed = await reader.read(location).catch(nothingIfDamaged);
    if (sealed !== undefined && typeof openBlob(repository.sealer, location, sealed) !== 'string') good.push(blob);
  }
  return good;
}

function nothingIfDamaged(error: unknown): undefined {
  if (!isDamage(error) && codeOf(error) !== 'object-missing') throw error;
}

function isSame(header: readonly PackedBlob[], indexed: readonly PackedBlob[]): boolean {
  const inIndex = new Set(indexed.map(keyOf));
  return header.length === indexed.length && header.every((blob) => inIndex.has(keyOf(blob)));
}

function keyOf({ type, id, offset, length, uncompressedLength }: PackedBlob): string {
  return `${type} ${id} ${offset} ${length} ${uncompressedLength}`;
}
