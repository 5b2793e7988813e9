import { codeOf, messageOf } from '../../base/error.ts';
import { isDamage } from '../tree/load.ts';
import type { BlobLocation, CheckPacksOptions, DamagedBlob, Id, PackReport } from '../repository.ts';
import type { PackToCheck } from './check-pack.ts';
import { checkPack } from './check-pack.ts';
import { objectName } from '../format/names.ts';
import { PackReader } from './pack-reader.ts';
import { readBlob } from './read-blob.ts';

export interface PacksToCheck extends Omit<PackToCheck, 'id' | 'indexed'> {
  readonly ids: Iterable<Id>;
  readonly indexedOf: (id: Id) => readonly BlobLocation[];
}

/** Reads packs to the last byte; returns the reports of those with a fault. A fault of the store itself throws. */
export async function checkPacks(packs: PacksToCheck, options: CheckPacksOptions): Promise<readonly PackReport[]> {
  const faulty: PackReport[] = [];
  for (const id of packs.ids) {
    options.signal?.throwIfAborted();
    const report = await reportOf({ ...packs, id, indexed: packs.indexedOf(id) });
    if (!isSound(report)) faulty.push(report);
    options.onPack?.(report);
  }
  return faulty;
}

async function reportOf(pack: PackToCheck): Promise<PackReport> {
  const { id, indexed, store } = pack;
  const size = await store.size(objectName('data', id));
  const fault = await checkPack(pack);
  return { id, size, fault, blobs: indexed.length, damaged: await damagedIn(pack) };
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

function isSound(report: PackReport): boolean {
  return report.fault === undefined && report.damaged.length === 0;
}
