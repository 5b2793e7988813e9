import { codeOf, messageOf } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { objectName } from '../format/names.ts';
import type { Sealer } from '../format/seal.ts';
import type { BlobIndex } from '../index/blob-index.ts';
import type { CheckPacksOptions, DamagedBlob, Id, PackReport } from '../repository.ts';
import { isDamage } from '../tree/load.ts';
import { ahead } from '../worker/ahead.ts';
import { runCrew } from '../worker/crew.ts';
import { extraThreads, startThreads } from '../worker/thread.ts';
import type { PackToCheck } from './check-pack.ts';
import { checkPack } from './check-pack.ts';
import { inFlight } from './in-flight.ts';
import { ownBytes } from './own-bytes.ts';
import type { CheckThreadData, PackTask } from './pack-checker.ts';
import { PackChecker } from './pack-checker.ts';
import { PackReader } from './pack-reader.ts';
import { packSize } from './pack-size.ts';
import { readBlob } from './read-blob.ts';

export interface PacksToCheck {
  readonly store: ObjectStore;
  readonly sealer: Sealer;
  readonly ids: Iterable<Id>;
  readonly index: BlobIndex;
}

/**
 * Reads packs to the last byte, on all processors; returns the reports of those with a fault. What a thread says is that
 * a pack is sound, or that it is not: then it is read again, slowly, to learn what is wrong with it.
 */
export async function checkPacks(packs: PacksToCheck, options: CheckPacksOptions): Promise<readonly PackReport[]> {
  const faulty: PackReport[] = [];
  const checker = new PackChecker(packs.sealer);
  const tasks = tasksFor(packs);
  await runCrew<CountedTask, number | undefined, void>({
    threadsFrom: 2,
    startThreads: (stop) =>
      startThreads(thread, extraThreads(), { key: packs.sealer.key, stop } satisfies CheckThreadData),
    next: async () => (await tasks.next()).value,
    messageOf: (message) => ({ message, transfer: [message.indexed.buffer, ...sourceBuffer(message)] }),
    work: (task) => checker.check(task),
    onResult: async ({ id, blobs }, size) => {
      const report =
        size === undefined ? await reportOf(packs, id) : { id, size, fault: undefined, blobs, damaged: [] };
      if (!isSound(report)) faulty.push(report);
      options.onPack?.(report);
    },
    check: () => options.signal?.throwIfAborted(),
  });
  return faulty;
}

/** In memory, on their way here or waiting, of a store that threads can't read. */
const packsAtOnce = 4;

const thread = new URL('./check-thread.ts', import.meta.url);

interface CountedTask extends PackTask {
  readonly blobs: number;
}

/** Packs of a store that threads can't read are fetched several at once, ahead of need. */
function tasksFor({ store, ids, index }: PacksToCheck): AsyncGenerator<CountedTask, undefined> {
  const load = async (id: Id): Promise<CountedTask> => {
    const source = store.facts.folder ?? (await wholePack(store, id));
    const { words, count } = index.tableOf(id);
    return { id, source, blobs: count, indexed: words };
  };
  return ahead(ids, { load, sizeOf: (id) => index.lengthOf(id), ...inFlight(store, packsAtOnce * packSize) });
}

/** Empty when it is missing: that is not the length of any pack. */
async function wholePack(store: ObjectStore, id: Id): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return ownBytes(await store.get(objectName('data', id)));
  } catch (error) {
    if (codeOf(error) === 'object-missing') return new Uint8Array();
    throw error;
  }
}

function sourceBuffer({ source }: PackTask): readonly ArrayBuffer[] {
  return typeof source === 'string' ? [] : [source.buffer];
}

function isSound(report: PackReport): boolean {
  return report.fault === undefined && report.damaged.length === 0;
}

async function reportOf({ store, sealer, index }: PacksToCheck, id: Id): Promise<PackReport> {
  const pack = { store, sealer, id, indexed: index.blobsOf(id) };
  const size = await store.size(objectName('data', id));
  const fault = await checkPack(pack);
  return { id, size, fault, blobs: pack.indexed.length, damaged: await damagedIn(pack) };
}

async function damagedIn({ store, sealer, indexed }: PackToCheck): Promise<readonly DamagedBlob[]> {
  const reader = new PackReader(store);
  const damaged: DamagedBlob[] = [];
  for (const blob of indexed) {
    try {
      await readBlob(reader, sealer, blob);
    } catch (error) {
      damaged.push({ type: blob.type, id: blob.id, detail: detailOf(error) });
    }
  }
  return damaged;
}

function detailOf(error: unknown): string {
  if (codeOf(error) !== 'object-missing' && !isDamage(error)) throw error;
  return messageOf(error);
}
