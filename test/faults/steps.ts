import type { ObjectStore, ObjectWriter } from '../../src/storage/store.ts';

/** The store, with something that happens before one change of it: the one of this number, from 1, or the first of this name. */
export function atStep(store: ObjectStore, step: number | string, happen: () => void): ObjectStore {
  let steps = 0;
  let happened = false;
  return beforeChange(store, (change) => {
    steps += 1;
    if (happened || !(typeof step === 'number' ? steps === step : change.includes(step))) return;
    happened = true;
    happen();
  });
}

/** The store, with something that happens (it may throw) before each change of it. */
export function beforeChange(store: ObjectStore, before: (change: string) => void): ObjectStore {
  return {
    facts: store.facts,
    description: store.description,
    get: (name, range) => store.get(name, range),
    size: (name) => store.size(name),
    list: (prefix) => store.list(prefix),
    put: async (name, bytes) => (before(`put ${name}`), store.put(name, bytes)),
    putNew: async (name, bytes) => (before(`put new ${name}`), store.putNew(name, bytes)),
    remove: async (name) => (before(`remove ${name}`), store.remove(name)),
    writer: async () => (before('open'), writerBefore(await store.writer(), before)),
  };
}

function writerBefore(writer: ObjectWriter, before: (change: string) => void): ObjectWriter {
  return {
    write: async (piece) => (before('write'), writer.write(piece)),
    commit: async (name) => (before(`commit ${name}`), writer.commit(name)),
    abort: () => writer.abort(),
  };
}
