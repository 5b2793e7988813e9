import type { ObjectArchive, ObjectLocks, ObjectStore, ObjectVersions, ObjectWriter } from '../store.ts';

/** A single request of a store. */
export interface Operation {
  /** The method, such as `put`; of a part of the store `locks.extend`. */
  readonly doing: string;
  /** The object or the prefix; empty where there is none. */
  readonly name: string;
}

/** The store with some of it replaced. Not by a spread: facts would stay as they are now. */
export function replaced(store: ObjectStore, parts: Partial<ObjectStore>): ObjectStore {
  return Object.defineProperties(store, Object.getOwnPropertyDescriptors(parts));
}

/** Does something before, after or instead of each request. */
export type Around = <T>(operation: Operation, run: () => Promise<T>) => Promise<T>;

/** The same store with every request run through `call`: of a listing each step, of a writer each piece. */
export function around(store: ObjectStore, call: Around): ObjectStore {
  const { locks, archive, versions } = store;
  return {
    // A store may learn more of its server as it goes.
    get facts() {
      return store.facts;
    },
    description: store.description,
    put: (name, bytes, holds) => call({ doing: 'put', name }, () => store.put(name, bytes, holds)),
    putNew: (name, bytes) => call({ doing: 'putNew', name }, () => store.putNew(name, bytes)),
    writer: async (holds) => writerAround(await call({ doing: 'writer', name: '' }, () => store.writer(holds)), call),
    get: (name, range) => call({ doing: 'get', name }, () => store.get(name, range)),
    size: (name) => call({ doing: 'size', name }, () => store.size(name)),
    list: (prefix) => stepsAround(store.list(prefix), { doing: 'list', name: prefix }, call),
    remove: (name) => call({ doing: 'remove', name }, () => store.remove(name)),
    ...placeAround(store, call),
    ...(locks && { locks: locksAround(locks, call) }),
    ...(archive && { archive: archiveAround(archive, call) }),
    ...(versions && { versions: versionsAround(versions, call) }),
    // What is attempted against a store must meet the store itself.
    ...(store.tamper && { tamper: store.tamper }),
    ...(store.close && { close: () => store.close?.() ?? Promise.resolve() }),
  };
}

function placeAround(store: ObjectStore, call: Around): Pick<ObjectStore, 'prepare' | 'tidy'> {
  const nothing = Promise.resolve();
  return {
    ...(store.prepare && {
      prepare: (prefixes) => call({ doing: 'prepare', name: '' }, () => store.prepare?.(prefixes) ?? nothing),
    }),
    ...(store.tidy && {
      tidy: (prefix) => call({ doing: 'tidy', name: prefix }, () => store.tidy?.(prefix) ?? nothing),
    }),
  };
}

function writerAround(writer: ObjectWriter, call: Around): ObjectWriter {
  return {
    write: (piece) => call({ doing: 'write', name: '' }, () => writer.write(piece)),
    commit: (name) => call({ doing: 'commit', name }, () => writer.commit(name)),
    abort: () => call({ doing: 'abort', name: '' }, () => writer.abort()),
  };
}

function locksAround(locks: ObjectLocks, call: Around): ObjectLocks {
  return {
    lockedUntil: (name) => call({ doing: 'locks.lockedUntil', name }, () => locks.lockedUntil(name)),
    extend: (name, until) => call({ doing: 'locks.extend', name }, () => locks.extend(name, until)),
  };
}

function archiveAround(archive: ObjectArchive, call: Around): ObjectArchive {
  return { thaw: (name) => call({ doing: 'archive.thaw', name }, () => archive.thaw(name)) };
}

function versionsAround(versions: ObjectVersions, call: Around): ObjectVersions {
  return {
    changed: (prefix) => stepsAround(versions.changed(prefix), { doing: 'versions.changed', name: prefix }, call),
    restore: (name) => call({ doing: 'versions.restore', name }, () => versions.restore(name)),
    first: (name) => call({ doing: 'versions.first', name }, () => versions.first(name)),
    hide: (name) => call({ doing: 'versions.hide', name }, () => versions.hide(name)),
  };
}

/** Nothing is held between two steps: whoever reads the listing may use the store meanwhile. */
async function* stepsAround<T>(items: AsyncIterable<T>, operation: Operation, call: Around): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await call(operation, () => iterator.next());
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
