import { codeOf, MusterError } from '../../base/error.ts';
import type { Holds, ObjectStore, ObjectWriter } from '../store.ts';
import { type Around, around, type Operation, replaced } from './around.ts';
import { openHeldWriter } from './held-writer.ts';
import { countTries, type RetryOptions } from './tries.ts';

/**
 * The same store, with requests made again that failed for a reason that may pass.
 *
 * A `putNew` that failed may have stored its object all the same: found under the name with the very bytes, it counts as
 * the success it was. So whoever competes for a name must not write the same bytes as the others.
 */
export function withRetry(store: ObjectStore, options: RetryOptions): ObjectStore {
  const contact = { answered: false, givenUp: false };
  const failing = (operation: Operation): Failing => failingAt(store, operation, { options, contact });
  const again: Around = async (operation, run) => {
    const result = await retried(failing(operation), run);
    contact.answered = true;
    return result;
  };
  const { versions } = store;
  return replaced(around(store, again), {
    putNew: (name, bytes) => again({ doing: 'putNew', name }, newPut(store, name, bytes)),
    writer: (holds) => openWriter(store, again, holds),
    list: (prefix) => listAgain(() => answered(store.list(prefix), contact), failing({ doing: 'list', name: prefix })),
    ...(versions && {
      versions: {
        changed: (prefix) =>
          listAgain(() => versions.changed(prefix), failing({ doing: 'versions.changed', name: prefix })),
        restore: (name) => again({ doing: 'versions.restore', name }, () => versions.restore(name)),
        first: (name) => again({ doing: 'versions.first', name }, () => versions.first(name)),
        hide: (name) => again({ doing: 'versions.hide', name }, () => versions.hide(name)),
      },
    }),
  });
}

/** Where the store keeps the pieces itself, only its commit is made again. */
async function openWriter(store: ObjectStore, again: Around, holds: Holds | undefined): Promise<ObjectWriter> {
  if (store.facts.gathers !== true) return openHeldWriter({ store, again, holds });
  const writer = await store.writer(holds);
  return {
    write: (piece) => writer.write(piece),
    commit: (name) => again({ doing: 'commit', name }, () => writer.commit(name)),
    abort: () => writer.abort(),
  };
}

/** The same items, of which each is an answer, and so is their end. */
async function* answered<T>(items: AsyncIterable<T>, contact: Tries['contact']): AsyncGenerator<T> {
  for await (const item of items) {
    contact.answered = true;
    yield item;
  }
  contact.answered = true;
}

interface Tries {
  readonly options: RetryOptions;
  /** Shared by all requests to the store: who has never answered, and was given up, is not waited for again and again. */
  readonly contact: { answered: boolean; givenUp: boolean };
}

function failingAt(store: ObjectStore, operation: Operation, { options, contact }: Tries): Failing {
  const hasAnswered = (): boolean => contact.answered;
  const failed = countTries({ ...operation, store: store.description }, { ...options, hasAnswered });
  return async (error) => {
    if (isAnswer(error)) contact.answered = true;
    if (contact.givenUp && !contact.answered && options.policy.untilFirstAnswer !== undefined) throw error;
    try {
      await failed(error);
    } catch (final) {
      contact.givenUp = true;
      throw final;
    }
  };
}

/** Called with what a try threw: waits for the next one, or throws it again. */
type Failing = ReturnType<typeof countTries>;

/** A refusal is one, and so is being told to come back later. */
function isAnswer(error: unknown): boolean {
  return error instanceof MusterError && (error.code !== 'storage-unreachable' || error.retryAfter !== undefined);
}

async function retried<T>(failed: Failing, run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      await failed(error);
    }
  }
}

/** The second and later tries look whose object it is that is there. */
function newPut(store: ObjectStore, name: string, bytes: Uint8Array): () => Promise<boolean> {
  let first = true;
  return async () => {
    const mayBeOurs = !first;
    first = false;
    return (await store.putNew(name, bytes)) || (mayBeOurs && (await holds(store, name, bytes)));
  };
}

async function holds(store: ObjectStore, name: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return (await store.get(name)).equals(bytes);
  } catch (error) {
    if (codeOf(error) === 'object-missing') return false;
    throw error;
  }
}

/** A listing that broke off begins again at its start, and leaves out what was shown already. */
async function* listAgain<T extends { readonly name: string }>(
  list: () => AsyncIterable<T>,
  failed: Failing,
): AsyncGenerator<T> {
  const shown = new Set<string>();
  for (;;) {
    try {
      for await (const item of list()) {
        if (shown.has(item.name)) continue;
        shown.add(item.name);
        yield item;
      }
      return;
    } catch (error) {
      await failed(error);
    }
  }
}
