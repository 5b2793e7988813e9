import { codeOf } from '../../base/error.ts';
import { formatSize } from '../../base/size.ts';
import type { Entry, RestoreRequest } from '../../vault/vault.ts';
import type { ActionOf, StepContext } from '../handler.ts';
import type { StoredSnapshot } from '../stored-copy.ts';
import { copiesAfter, isFaultOfCopy } from './copies.ts';

/** One restore that may read from several copies, and what each of the further ones gave. */
export interface SharedRestore {
  /** The further copies, opened at need; undefined when there is none. */
  others(): RestoreRequest['others'];
  /** Everything in the snapshot: from the next copy on where one can't go on. */
  entries(): AsyncIterable<Entry>;
  /** For people: a line for each further copy that gave something. */
  notes(): readonly string[];
}

export function shareRestore(first: StoredSnapshot, action: ActionOf<'restore'>, context: StepContext): SharedRestore {
  const given = new Map<string, { parts: number; bytes: number }>();
  const further = (): AsyncGenerator<StoredSnapshot> => copiesAfter(first.storage, action, context);
  return {
    others: () => (action.storage.at(-1) === first.storage ? undefined : donors(further(), given)),
    entries: () => entriesFrom(first, further),
    notes: () =>
      [...given].map(
        ([storage, { parts, bytes }]) =>
          `what ${first.storage} could not give came from ${storage}: ${parts} part${parts === 1 ? '' : 's'}, ${formatSize(bytes)}`,
      ),
  };
}

async function* donors(
  copies: AsyncIterable<StoredSnapshot>,
  given: Map<string, { parts: number; bytes: number }>,
): AsyncGenerator<{ readonly vault: StoredSnapshot['vault']; readonly given: (bytes: number) => void }> {
  for await (const { storage, vault } of copies)
    yield {
      vault,
      given: (bytes) => {
        const before = given.get(storage) ?? { parts: 0, bytes: 0 };
        given.set(storage, { parts: before.parts + 1, bytes: before.bytes + bytes });
      },
    };
}

/** Copies list their entries in the same order: the next one is gone on with where the last one stopped. */
async function* entriesFrom(
  first: StoredSnapshot,
  further: () => AsyncIterable<StoredSnapshot>,
): AsyncGenerator<Entry> {
  let seen = 0;
  let fault: unknown;
  for await (const { vault, snapshot } of all(first, further)) {
    try {
      let index = 0;
      for await (const entry of vault.entries(snapshot)) {
        index += 1;
        if (index <= seen) continue;
        seen = index;
        yield entry;
      }
      return;
    } catch (error) {
      // The snapshot was there when the restore began.
      if (!isFaultOfCopy(error) && codeOf(error) !== 'snapshot-missing') throw error;
      fault ??= error;
    }
  }
  throw fault;
}

async function* all(
  first: StoredSnapshot,
  further: () => AsyncIterable<StoredSnapshot>,
): AsyncGenerator<StoredSnapshot> {
  yield first;
  yield* further();
}
