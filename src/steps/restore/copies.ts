import { messageOf, MusterError } from '../../base/error.ts';
import type { ActionOf, StepContext } from '../handler.ts';
import { snapshotIn, type StoredSnapshot } from '../stored-copy.ts';

export interface FromCopy<T> {
  readonly copy: StoredSnapshot;
  readonly result: T;
  /** Why targets that come before it could not be used. */
  readonly passedOver: readonly string[];
}

const faultsOfCopies: ReadonlySet<string> = new Set([
  'blob-damaged',
  'blob-missing',
  'index-damaged',
  'object-damaged',
  'object-missing',
  'snapshot-damaged',
  'object-archived',
  'storage-failed',
  'storage-missing',
  'storage-refused',
  'storage-unreachable',
  'tree-damaged',
  'tree-unsafe',
  'restore-incomplete',
  'restore-damaged',
]);

/**
 * Uses the first copy of the backup, in the order of its targets, that can be opened, has the snapshot, and turns out
 * to be whole. Throws `no-copy-available`, or the fault of the only copy there is.
 */
export async function useFirstCopy<T>(
  action: ActionOf<'restore'>,
  context: StepContext,
  use: (copy: StoredSnapshot) => Promise<T>,
): Promise<FromCopy<T>> {
  const faults: { readonly storage: string; readonly error: unknown }[] = [];
  const passedOver = (): string[] => faults.map(({ storage, error }) => `${storage}: ${messageOf(error)}`);
  for (const storage of action.storage) {
    const tried = await tryCopy(storage, action, context, use);
    if ('result' in tried) return { ...tried, passedOver: passedOver() };
    faults.push({ storage, error: tried.error });
  }
  const [only] = faults;
  if (faults.length === 1 && isFaultOfCopy(only?.error)) throw only?.error;
  throw noCopy(action, passedOver());
}

/** The copies in the targets after this one, as far as they can be opened. */
export async function* copiesAfter(
  storage: string,
  action: ActionOf<'restore'>,
  context: StepContext,
): AsyncGenerator<StoredSnapshot> {
  for (const next of action.storage.slice(action.storage.indexOf(storage) + 1)) {
    const tried = await tryCopy(next, action, context, (copy) => Promise.resolve(copy));
    if ('result' in tried) yield tried.result;
  }
}

type Tried<T> = { readonly copy: StoredSnapshot; readonly result: T } | { readonly error: unknown };

async function tryCopy<T>(
  storage: string,
  { backup }: ActionOf<'restore'>,
  context: StepContext,
  use: (copy: StoredSnapshot) => Promise<T>,
): Promise<Tried<T>> {
  let copy: StoredSnapshot | undefined;
  try {
    copy = await snapshotIn(storage, backup, context);
    return { copy, result: await use(copy) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (copy !== undefined && !isFaultOfCopy(error)) throw error;
    return { error };
  }
}

/** True for what is wrong with one copy and need not be wrong with the next. */
export function isFaultOfCopy(error: unknown): boolean {
  return error instanceof MusterError && faultsOfCopies.has(error.code);
}

function noCopy({ backup }: ActionOf<'restore'>, passedOver: readonly string[]): MusterError {
  return new MusterError(`no copy of backup ${backup.id.slice(0, 8)} can be used: ${passedOver.join('; ')}`, {
    code: 'no-copy-available',
    hint: 'Make one of its storage targets reachable, or restore another backup.',
  });
}
