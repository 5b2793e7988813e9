import type { ObjectInfo, ObjectStore } from '../../src/storage/store.ts';

export async function infosOf(store: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const infos: ObjectInfo[] = [];
  for await (const info of store.list(prefix)) infos.push(info);
  return infos;
}

export async function namesOf(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await infosOf(store, prefix)).map((info) => info.name).toSorted();
}
