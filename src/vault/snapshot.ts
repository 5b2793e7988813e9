import { hostname, userInfo } from 'node:os';
import type { Instant } from '../base/clock.ts';
import { codeOf, MusterError } from '../base/error.ts';
import type { Id, Repository } from './repository.ts';
import { jsonText } from './tree/json-text.ts';
import { formatTime, parseTime } from './tree/timestamp.ts';
import { ahead } from './worker/ahead.ts';
import type { Snapshot } from './vault.ts';

/** What a new snapshot says of itself; host and user are those of this process. */
export interface NewSnapshot {
  readonly time: Instant;
  readonly parent: Id | undefined;
  readonly tree: Id;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
}

/** Snapshot JSON byte for byte as restic's Go writes it: order of fields, empty ones left out. */
export function snapshotJson(snapshot: NewSnapshot): string {
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const fields = [
    `"time":"${formatTime(BigInt(snapshot.time) * 1_000_000n)}"`,
    snapshot.parent === undefined ? '' : `"parent":"${snapshot.parent}"`,
    `"tree":"${snapshot.tree}"`,
    `"paths":${listJson(snapshot.paths)}`,
    `"hostname":${jsonText(hostname())}`,
    `"username":${jsonText(userName())}`,
    uid === 0 ? '' : `"uid":${uid}`,
    gid === 0 ? '' : `"gid":${gid}`,
    snapshot.tags.length === 0 ? '' : `"tags":${listJson(snapshot.tags)}`,
  ];
  return `{${fields.filter((field) => field !== '').join(',')}}`;
}

function listJson(texts: readonly string[]): string {
  return `[${texts.map(jsonText).join(',')}]`;
}

/** An account without a name, as in many containers, is called by its number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

/**
 * JSON of a snapshot's copy for another repository: all its fields, known here or not. A parent stays only with the name that it
 * has there; `original` keeps the first id through any number of copies.
 */
export function copiedSnapshotJson(fields: Readonly<Record<string, unknown>>, id: Id, parent?: Id): string {
  const { parent: _, ...kept } = fields;
  const copy = { ...kept, ...(parent === undefined ? {} : { parent }), original: fields['original'] ?? id };
  return `{${Object.entries(copy)
    .map(([key, value]) => `${jsonText(key)}:${goJson(value)}`)
    .join(',')}}`;
}

function goJson(value: unknown): string {
  if (typeof value === 'string') return jsonText(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  return JSON.stringify(value);
}

/** Oldest first; of equal times, by id. `onDamaged` gets what can't be read; without it that throws. */
export async function loadSnapshots(
  repository: Repository,
  onDamaged?: (id: Id, error: unknown) => void,
): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  const ids = await repository.listIds('snapshots');
  const load = (id: Id): Promise<Snapshot | undefined> => loadOrReport(repository, id, onDamaged);
  for await (const snapshot of ahead(ids, { load, atOnce: repository.store.facts.concurrency }))
    if (snapshot !== undefined) found.push(snapshot);
  return found.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
}

/** Undefined as well when it was removed since the list was made. */
async function loadOrReport(
  repository: Repository,
  id: Id,
  onDamaged: ((id: Id, error: unknown) => void) | undefined,
): Promise<Snapshot | undefined> {
  try {
    return parseSnapshot(id, await repository.objects.loadListed('snapshots', id));
  } catch (error) {
    if (codeOf(error) === 'object-missing') return undefined;
    if (onDamaged === undefined || !(error instanceof MusterError)) throw error;
    onDamaged(id, error);
    return undefined;
  }
}

/**
 * By full id, or by an unambiguous beginning; where another program has replaced the snapshot (`restic tag` does), the one
 * that came out of it. Throws `snapshot-missing` or `snapshot-ambiguous`.
 */
export async function findSnapshot(repository: Repository, wanted: string): Promise<Snapshot> {
  const id = await findId(repository, wanted);
  try {
    return parseSnapshot(id, await repository.loadJson('snapshots', id));
  } catch (error) {
    if (codeOf(error) !== 'object-missing') throw error;
    return await findSuccessor(repository, id);
  }
}

/** A replaced snapshot is gone, and the new one names it as its `original`. */
async function findSuccessor(repository: Repository, id: Id): Promise<Snapshot> {
  const all = await loadSnapshots(repository, () => undefined);
  const [successor, second] = all.filter(({ original }) => original === id);
  if (successor === undefined) throw missing(id);
  if (second === undefined) return successor;
  throw new MusterError(`more than one snapshot came out of ${id.slice(0, 8)}`, {
    code: 'snapshot-ambiguous',
    hint: 'Name one of them; muster snapshots lists them.',
  });
}

async function findId(repository: Repository, wanted: string): Promise<Id> {
  if (/^[0-9a-f]{64}$/.test(wanted)) return wanted;
  if (!/^[0-9a-f]+$/.test(wanted)) throw missing(wanted);
  const [id, second] = (await repository.listIds('snapshots')).filter((each) => each.startsWith(wanted));
  if (id === undefined) throw missing(wanted);
  if (second === undefined) return id;
  throw new MusterError(`more than one snapshot begins with ${wanted}`, {
    code: 'snapshot-ambiguous',
    hint: 'Give more of the id.',
  });
}

function missing(wanted: string): MusterError {
  return new MusterError(`the vault has no snapshot ${wanted}`, {
    code: 'snapshot-missing',
    hint: 'List the backups to see which there are.',
  });
}

/** Throws `snapshot-damaged` when it is not of restic's form. */
export function parseSnapshot(id: Id, value: unknown): Snapshot {
  const fields = asFields(id, value);
  const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
  const time = parseTime(text('time'));
  if (time === undefined) throw damaged(id, 'it has no time');
  if (!/^[0-9a-f]{64}$/.test(text('tree'))) throw damaged(id, 'it has no tree');
  return {
    id,
    time: Number(time / 1_000_000n),
    paths: texts(fields['paths']),
    tags: texts(fields['tags']),
    hostname: text('hostname'),
    username: text('username'),
    tree: text('tree'),
    parent: text('parent') || undefined,
    original: text('original') || undefined,
  };
}

/** The fields of a snapshot object, for copying. Throws `snapshot-damaged`. */
export function asFields(id: Id, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw damaged(id, 'it is no object');
}

function damaged(id: Id, detail: string): MusterError {
  return new MusterError(`snapshot ${id.slice(0, 8)} is not usable: ${detail}`, {
    code: 'snapshot-damaged',
    hint: 'Use another snapshot or another copy of this one.',
  });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
